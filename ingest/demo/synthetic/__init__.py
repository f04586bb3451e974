"""Synthetic radiotherapy sets: linked DICOM of a subject who never was, made from a seed.

A set holds what a complete submission holds: planning CT, RTSTRUCT, RTPLAN, RTDOSE, CBCT with a REG each, and
RTRECORDs. Every reference resolves, every value is pseudonymised, and the same arguments give the same bytes.
"""

from ingest.demo.synthetic.case import Instance, build_case, encode, zip_case, zip_instances
from ingest.demo.synthetic.subject import Shape, SyntheticSubject

__all__ = ["Instance", "Shape", "SyntheticSubject", "build_case", "encode", "zip_case", "zip_instances"]
