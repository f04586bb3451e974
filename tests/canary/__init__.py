"""Canaries: what must never come out of the service, planted wherever it can go in."""
