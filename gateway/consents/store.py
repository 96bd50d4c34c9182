"""Where consents lie: a SQLite file or a PostgreSQL database; each piece of work is one transaction, in one thread."""

from gateway.consents.tables import METADATA
from gateway.storage.works import WorkStore as ConsentStore
from gateway.storage.works import open_works

__all__ = ["ConsentStore", "open_store"]


def open_store(url: str) -> ConsentStore:
    """Return the store at a `sqlite:///` or `postgresql://` URL, its tables made; raise ValueError for another kind."""
    return open_works(url, METADATA, "consents'")
