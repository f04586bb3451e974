"""A planted corpus: files with one leak each, and clean files as vendors write them."""
