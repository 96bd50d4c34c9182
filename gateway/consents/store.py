"""Where consents lie: a SQLite file or a PostgreSQL database; each piece of work is one transaction, in one thread."""

from gateway.consents.tables import METADATA
from gateway.storage import WorkStore, open_work

ConsentStore = WorkStore


def open_store(url: str) -> ConsentStore:
    """Return the store at a `sqlite:///` or `postgresql://` URL, its tables made; raise ValueError for another kind."""
    return open_work(url, METADATA, "consents'")
