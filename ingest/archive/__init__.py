"""The curated archive: an OCFL 1.1 storage root, one object a subject, one version a filing.

`store.Archive` files, recovers and reads; `verify_archive` verifies, alone or in the service; `withdrawal`
and `purge` take out, `export` copies out; `originals` and `staging` keep what is not filed.
docs/archive-format.md says how to read the archive without this program.
"""
