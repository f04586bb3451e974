"""Receiving end of trial imaging: see docs/architecture.md for the way of a zip."""
