"""The curated archive: an OCFL 1.1 storage root, one object a subject, one version a filing.

`store.Archive` files, recovers and reads; `verify_archive` verifies, alone or within the service; `removal`
withdraws and purges; `export` copies out; `originals` and `quarantine` keep what is not filed.
docs/archive-format.md says how to read the archive without this program.
"""
