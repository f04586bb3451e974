"""How DICOM is written: bytes to elements, facts, stamps and digests. No other room knows."""
