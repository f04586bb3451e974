"""Mutated zips and DICOM files through the real inspection process; run by the tests, and by `make fuzz`."""
