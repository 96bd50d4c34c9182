"""`fieldTrace`: a path of an answer in the ledger, with the rules that the catalogue of the moment has for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from gateway.audit.pages import Reader
from gateway.audit.shown import StatusCount, counted
from gateway.audit.trace import LONGEST_PATH, PATH, WORDS, Origin, Traced, trace_path
from gateway.catalogue import Catalogue
from gateway.errors import BadQuery
from gateway.ledger import Denial, Entry, is_receipt
from gateway.ledger.entry import Shape, decode_entry
from gateway.ledger.tables import LEDGER
from gateway.ledger.tables import LEDGER_SHAPE as SHAPES
from schema.entities import entity_of
from schema.enums import SectionState

NAME: Final = "fieldTrace"


@dataclass(frozen=True, slots=True)
class ShownOrigin:
    """One source's part in a trace; ``scope`` and ``disclosure`` are those that its file declares now."""

    source: str
    department: str
    entity: str
    asked: bool
    record_key: str | None
    statuses: Sequence[StatusCount]
    mapping: str
    as_of: str | None
    elapsed_ms: int
    digest: str | None
    scope: str | None
    disclosure: str | None


@dataclass(frozen=True, slots=True)
class ShownBasis:
    """The item of the catalogue behind a field, and the titles of its legal bases."""

    item: str
    name: str
    legal_bases: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShownTrace:
    """One path of one answer, as the graph shows where it came from."""

    receipt: str
    path: str
    state: str
    message: str
    field: str | None = None
    record_field: str | None = None
    section: str | None = None
    items: int | None = None
    sources: Sequence[ShownOrigin] = ()
    denials: Sequence[Denial] = ()
    basis: ShownBasis | None = None
    catalogue_unchanged: bool | None = None
    at: str | None = None
    client: str | None = None
    purpose: str | None = None
    policy_version: str | None = None
    catalogue_version: str | None = None
    response_digest: str | None = None


async def trace_field(rows: Reader, catalogue: Catalogue, receipt: str, path: str) -> ShownTrace:
    """Return where ``path`` of the answer with ``receipt`` came from; raises `BadQuery`, `LedgerUnavailable`."""
    if len(path) > LONGEST_PATH or PATH.fullmatch(path) is None:
        raise BadQuery(f"`path` of `{NAME}` must be names and places joined by dots, such as `subject.name`")
    found = await rows(sa.select(LEDGER.c.entry).where(LEDGER.c.receipt == receipt)) if is_receipt(receipt) else []
    if not found:
        return ShownTrace(receipt, path, "RECEIPT_UNKNOWN", WORDS["RECEIPT_UNKNOWN"])
    entry = decode_entry(found[0][0])
    return show_trace(entry, path, trace_path(entry, await _shape(rows, entry), path), catalogue)


def show_trace(entry: Entry, path: str, traced: Traced, catalogue: Catalogue) -> ShownTrace:
    """Return ``traced`` as the graph shows it."""
    section = traced.section if traced.section in SectionState.__members__ else None
    return ShownTrace(
        receipt=entry.receipt,
        path=path,
        state=traced.state,
        message=WORDS[traced.state],
        field=traced.declared,
        record_field=f"{traced.entity}.{traced.name}" if traced.entity and traced.name else None,
        section=section,
        items=traced.items,
        sources=[_origin(each, traced.name, catalogue) for each in traced.origins],
        denials=traced.denials,
        basis=_basis(traced, catalogue),
        catalogue_unchanged=entry.catalogue_version == catalogue.version,
        at=entry.at,
        client=entry.client,
        purpose=entry.purpose,
        policy_version=entry.policy_version,
        catalogue_version=entry.catalogue_version,
        response_digest=entry.response_digest,
    )


async def _shape(rows: Reader, entry: Entry) -> Shape | None:
    if not entry.shape:
        return None
    found = await rows(sa.select(SHAPES.c.shape).where(SHAPES.c.digest == entry.shape))
    return msgspec.json.decode(found[0][0], type=Shape) if found else None


def _origin(origin: Origin, name: str | None, catalogue: Catalogue) -> ShownOrigin:
    use = origin.use
    scope, disclosure = _declared(catalogue, origin.source, use.entity, name)
    return ShownOrigin(
        origin.source,
        use.department,
        use.entity,
        origin.asked,
        origin.record_key,
        counted(use),
        use.mapping,
        use.as_of,
        use.elapsed_ms,
        use.digest,
        scope,
        disclosure,
    )


def _declared(catalogue: Catalogue, source: str, entity: str, name: str | None) -> tuple[str | None, str | None]:
    """Return scope and disclosure level of a field as its source file declares them now."""
    spec = catalogue.sources.get(source)
    tables: Mapping[str, Any] = spec.entities if spec is not None else {}
    for part, table in tables.items():
        field = table.fields.get(name) if entity_of(part) == entity and name is not None else None
        if field is not None:
            return field.scope, field.disclosure
    return None, None


def _basis(traced: Traced, catalogue: Catalogue) -> ShownBasis | None:
    if traced.entity is None:
        return None
    items = catalogue.items
    item = items.item_of(traced.entity, traced.name) or next(iter(items.of_entity(traced.entity)), None)
    if item is None:
        return None
    titles = [items.bases[code].title for code in item.legal_bases]
    return ShownBasis(item.code, item.name, titles)
