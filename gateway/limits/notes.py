"""What `check` says of limits that are sound but not meant for production."""

from collections.abc import Mapping
from typing import Protocol

from gateway.limits.budgets import Limited
from gateway.limits.spec import ClientDefaults


class Outsider(Limited, Protocol):
    """A registered client: of a department, or of none."""

    @property
    def department(self) -> str | None:
        """Return the code of its department."""
        ...


def document_notes(clients: Mapping[str, Outsider], defaults: ClientDefaults, *, production: bool) -> list[str]:
    """Return a note for production when clients of no department may send documents of their own."""
    free = [
        name
        for name, client in clients.items()
        if client.department is None and (client.limits.documents or defaults.documents) == "any"
    ]
    if not production or not free:
        return []
    return [
        f"clients of no department may send any document: {', '.join(free)}; "
        'limits.documents = "trusted" confines one to config/documents'
    ]
