"""The rows of `notice.toml`, and how one of their fields is asked for a demo subject."""

from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from gateway.demo.scenarios import everyone
from gateway.demo.subjects import DEFAULT_SIZE
from tests.end_to_end.served import Served, Told

CODES: Final = {known.subject.number: known.subject.uscc for known in everyone(DEFAULT_SIZE)}


class Probe(Struct, frozen=True, forbid_unknown_fields=True):
    """One field that holds a record with all of ``record``, for a caller who may see it."""

    field: str
    number: int
    record: dict[str, Any]
    client: str = "market_regulation"
    purpose: str | None = None
    case: str | None = None
    on: str = "Organization"
    person: bool = False

    @property
    def names(self) -> list[str]:
        """The names of the fields that lead to the section."""
        role = ["legalRepresentative", "items", "person"] if self.person else []
        return [*role, *(each.partition("(")[0] for each in self.field.split("."))]

    @property
    def query(self) -> str:
        """The query for the section, with what the record must say."""
        fields = " ".join(self.record)
        section = f"state totalCount coverage {{ source status reason }} items {{ {fields} }}"
        *groups, field = self.field.split(".")
        asked = "".join(f"{group} {{ " for group in groups) + f"{field} {{ {section} }}" + " }" * len(groups)
        if self.person:
            asked = f"legalRepresentative {{ items {{ person {{ {asked} }} }} }}"
        return f"query Row($key: SubjectKey!) {{ subject(key: $key) {{ ... on {self.on} {{ {asked} }} }} }}"


class Refused(Struct, frozen=True, forbid_unknown_fields=True):
    """An item that nobody serves; ``kinds`` says of whom it would tell."""

    code: str
    kinds: list[str] = []
    words: list[str] = []


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the table; ``sections`` are those of the notice, where the row stands for several."""

    section: str
    title: str
    sections: list[str] = []
    probes: list[Probe] = []
    refused: list[Refused] = []

    @property
    def of_notice(self) -> list[str]:
        """The sections of the notice."""
        return self.sections or [self.section]


class _Rows(Struct, frozen=True, forbid_unknown_fields=True):
    rows: list[Row]


ROWS: Final = msgspec.toml.decode(Path(__file__).with_name("notice.toml").read_bytes(), type=_Rows).rows


async def ask(served: Served, probe: Probe) -> Told:
    """Ask for the field of ``probe``."""
    key = {"scheme": "USCC", "value": CODES[probe.number]}
    return await served.ask(probe.client, probe.query, purpose=probe.purpose, case=probe.case, key=key)


def section_of(told: Told, probe: Probe) -> Any:
    """Return the section that ``probe`` asked for."""
    found = told.subject
    for name in probe.names:
        found = found[0][name] if isinstance(found, list) else found[name]
    return found
