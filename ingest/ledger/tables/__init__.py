"""The tables, by what they speak of. `metadata` knows all of them."""

from ingest.ledger.tables import arrivals, contents, people, service
from ingest.ledger.tables.base import metadata

__all__ = ["arrivals", "contents", "metadata", "people", "service"]
