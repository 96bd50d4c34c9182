"""An answer's map of provenance as W3C PROV-JSON (https://www.w3.org/submissions/prov-json/). Pure: JSON in, JSON out.

What stands for what
    held:N       entity: a record as the department holds it, by its key there and its digest
    record:PATH  entity: the record as the answer tells it, derived from it
    value:PATH   entity: one value derived from it; those of records where a bundle's shape tells which field each is
    mapping:S    entity, a plan: the source file by which a source is read; field:N.F a field as it is read, part of it
    receipt:ID   entity, a collection: the answer
    fetch:N      activity: asking a source once; answering:ID putting the answer together
    department:C, gateway:self, client:ID   agents; the client only where a bundle holds the ledger's entry

Rules of this file: an identifier holds no key of a record and no content of a field; keys are attributes, as in the
answer itself. Values are written in the one form in which the Python package `prov` writes them again.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from gateway.errors import BadParameters
from gateway.ledger import is_receipt
from gateway.proof.bundle import FORMAT
from gateway.provenance.traces import ledger_path

_BASE: Final = "urn:credit-gateway"
_SHARED: Final = {"credit": f"{_BASE}:terms:", "department": f"{_BASE}:department:", "gateway": f"{_BASE}:gateway:"}
_OF_ANSWER: Final = ("held", "record", "value", "mapping", "field", "fetch", "relation")
_NO_MAP: Final = 'the answer holds no `extensions.provenance`: ask with `"extensions": {"provenance": true}`'
_PLACES: Final = re.compile(r"\.[0-9]+(?=\.|$)")
"""Places in lists, which paths of shapes do not have."""
Json = dict[str, Any]


def prov_json(kept: Mapping[str, Any]) -> Json:
    """Return the PROV-JSON of an answer, or of a bundle of an answer and its receipt, whose map of provenance it holds.

    Raises `BadParameters` where there is none.
    """
    kept = _opened(kept)
    answer = kept["answer"]
    extensions = answer.get("extensions")
    extensions = extensions if isinstance(extensions, dict) else {}
    told = extensions.get("provenance")
    if not isinstance(told, dict) or not {"origins", "records"} <= told.keys():
        raise BadParameters(_NO_MAP)
    written = _Document(_receipt(extensions.get("receipt")), answer.get("data"), kept.get("shape"))
    try:
        written.answer(kept.get("entry"))
        written.origins(told)
        written.records(told)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise BadParameters("`extensions.provenance` is not as the gateway writes it") from error
    return written.told


def _opened(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the `answer`, and of a bundle the ledger's `entry` about it and the `shape` of its plan if it is there."""
    if kept.get("format") != FORMAT:
        return {"answer": kept}
    try:
        receipt = kept["receipt"]
        found = {"answer": json.loads(kept["answer"]), "entry": json.loads(receipt["entry"])}
        if receipt.get("shape") is not None:
            found["shape"] = json.loads(receipt["shape"])["paths"]
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise BadParameters("the bundle does not hold an answer and its receipt as JSON texts") from error
    if not all(isinstance(each, dict) for each in found.values()):
        raise BadParameters("the answer, the entry and the shape of the bundle must be JSON objects")
    return found


def _receipt(told: Any) -> str:
    found = told.get("id") if isinstance(told, dict) else None
    return found if isinstance(found, str) and is_receipt(found) else "unknown"


class _Document:
    """The document as it is written; relations are numbered, so that each has a name of its own."""

    def __init__(self, receipt: str, data: Any, shape: Mapping[str, str] | None) -> None:
        self._data, self._shape = data, shape or {}
        base = f"{_BASE}:receipt:"
        prefixes = {each: f"{base}{receipt}:{each}:" for each in _OF_ANSWER}
        self._answer, self._answering = f"receipt:{receipt}", f"answering:{receipt}"
        prefixes |= {"receipt": base, "answering": f"{_BASE}:answering:", "client": f"{_BASE}:client:"}
        self.told: Json = {"prefix": {**_SHARED, **prefixes}}
        self._held: dict[tuple[str, str, str | None], str] = {}
        self._fetches: list[str] = []
        self._origins: list[Mapping[str, Any]] = []
        self._count = 0
        self._between: set[tuple[Any, ...]] = set()

    def answer(self, entry: Mapping[str, Any] | None) -> None:
        """Write the answer, who gave it, and to whom where ``entry`` tells that."""
        self._add("entity", self._answer, {"prov:type": _name("prov:Collection")})
        self._add("agent", "gateway:self", {"prov:type": _name("prov:SoftwareAgent")})
        end = {"prov:endTime": _time(entry["at"])} if entry is not None else {}
        self._add("activity", self._answering, end)
        self._relate("wasGeneratedBy", entity=self._answer, activity=self._answering)
        self._relate("wasAssociatedWith", activity=self._answering, agent="gateway:self")
        self._relate("wasAttributedTo", entity=self._answer, agent="gateway:self")
        if entry is not None and entry["client"]:
            client = f"client:{entry['client']}"
            self._add("agent", client, {"prov:type": _name("prov:Organization"), "credit:purpose": entry["purpose"]})
            self._relate("actedOnBehalfOf", delegate="gateway:self", responsible=client, activity=self._answering)

    def origins(self, told: Mapping[str, Any]) -> None:
        """Write the departments, their mappings, and that each source was asked."""
        tables = told.get("fields", [])
        for number, origin in enumerate(told["origins"]):
            department = f"department:{origin['department']['code']}"
            self._add("agent", department, _organization(origin["department"]["name"]))
            mapping = f"mapping:{origin['source']}"
            plan = {"prov:type": _name("prov:Plan"), "credit:version": origin["mappingVersion"]}
            self._add("entity", mapping, plan)
            fetch = f"fetch:{number}"
            self._add("activity", fetch, {"prov:endTime": _time(origin["fetchedAt"]), **_asked(origin)})
            self._relate("wasAssociatedWith", activity=fetch, agent="gateway:self", plan=mapping)
            self._relate("used", activity=fetch, entity=mapping)
            self._relate("wasInformedBy", informed=self._answering, informant=fetch)
            self._origins.append(origin)
            self._fetches.append(fetch)
            for name, field in tables[origin["fields"]].items():
                self._field(f"field:{number}.{name}", name, field, mapping, fetch)

    def records(self, told: Mapping[str, Any]) -> None:
        """Write the records of the answer, and as their departments hold them."""
        tables = told.get("fields", [])
        for path, record in told["records"].items():
            derived = self._told(f"record:{path}", "credit:Record", record)
            if self._shape:
                table = tables[self._origins[record[0]]["fields"]]
                self._values(path, _at(self._data, path), record[0], table, derived)
        for path, record in told.get("values", {}).items():
            self._told(f"value:{path}", "credit:Value", record)
        for path, others in told.get("alsoReportedBy", {}).items():
            leading = self._hold(told["records"][path])
            for other in others:
                self._alike(self._hold(other), leading)

    def _field(self, entity: str, name: str, field: Mapping[str, Any], mapping: str, fetch: str) -> None:
        about = {"credit:field": name, "credit:transformations": _texts(field["transformations"])}
        about |= {f"credit:{key}": field[key] for key in ("level", "openedBy", "scope", "column") if key in field}
        self._add("entity", entity, {**about, "credit:masked": field["masked"]})
        self._relate("used", activity=fetch, entity=entity)
        self._member(mapping, entity)

    def _told(self, entity: str, kind: str, record: list[Any]) -> dict[str, str]:
        """Write what the answer tells of a record; return the record as held, and the activity of asking for it."""
        self._add("entity", entity, {"prov:type": _name(kind), "credit:entity": self._entity(record)})
        self._relate("wasGeneratedBy", entity=entity, activity=self._answering)
        derived = {"usedEntity": self._hold(record), "activity": self._fetches[record[0]]}
        self._relate("wasDerivedFrom", generatedEntity=entity, **derived)
        self._member(self._answer, entity)
        return derived

    def _values(
        self,
        path: str,
        told: Mapping[str, Any],
        origin: int,
        table: Mapping[str, Any],
        derived: dict[str, str],
        prefix: str = "",
    ) -> None:
        """Write the values that the answer tells of a record, each by the field that the shape says it is."""
        for key, value in told.items():
            declared = self._shape.get(ledger_path(_PLACES.sub("", f"{path}.{key}")), "")
            field = prefix + declared.partition(".")[2]
            if field in table:
                about = {"credit:field": declared, "credit:readAs": _name(f"field:{origin}.{field}")}
                self._add("entity", f"value:{path}.{key}", {"prov:type": _name("credit:Value"), **about})
                self._relate("wasDerivedFrom", generatedEntity=f"value:{path}.{key}", **derived)
            elif isinstance(value, dict) and any(name.startswith(f"{field}.") for name in table):
                self._values(f"{path}.{key}", value, origin, table, derived, f"{field}.")

    def _hold(self, record: list[Any]) -> str:
        """Write a record as its department holds it, once however often it is told; return its name."""
        number, key, written, updated, digest = record
        origin = self._origins[number]
        known = (origin["source"], f"{origin['entity']} {origin['part'] or ''}", key)
        held = self._held.get(known)
        if held is None:
            held = self._held[known] = f"held:{len(self._held)}"
            about = {"source": origin["source"], "recordKey": key, "authority": written, "updatedAt": updated}
            about |= {"sha256": digest, "entity": self._entity(record)}
            self._add("entity", held, {f"credit:{name}": each for name, each in about.items() if each is not None})
            self._relate("wasAttributedTo", entity=held, agent=f"department:{origin['department']['code']}")
            self._relate("used", activity=self._fetches[number], entity=held)
        return held

    def _entity(self, record: list[Any]) -> str:
        return str(self._origins[record[0]]["entity"])

    def _add(self, kind: str, name: str, about: Mapping[str, Any]) -> None:
        self.told.setdefault(kind, {}).setdefault(name, dict(about))

    def _relate(self, kind: str, **ends: str) -> None:
        self._count += 1
        relation = {f"prov:{end}": name for end, name in ends.items()}
        self.told.setdefault(kind, {})[f"relation:{self._count}"] = relation

    def _member(self, collection: str, entity: str) -> None:
        self._anonymous("hadMember", {"prov:collection": collection, "prov:entity": entity})

    def _alike(self, one: str, other: str) -> None:
        self._anonymous("alternateOf", {"prov:alternate1": one, "prov:alternate2": other})

    def _anonymous(self, kind: str, ends: Json) -> None:
        """Write a relation of a kind that has no name (PROV-DM §5.5, §5.6), once."""
        between = (kind, *ends.values())
        if between not in self._between:
            self._between.add(between)
            self.told.setdefault(kind, {})[f"_:id{len(self._between)}"] = ends


def _at(data: Any, path: str) -> Any:
    for step in path.split("."):
        data = data[int(step)] if isinstance(data, list) else data[step]
    return data


def _name(qualified: str) -> Json:
    return {"$": qualified, "type": "xsd:QName"}


def _time(text: str) -> str:
    """Return an ISO time as xsd:dateTime with its offset in digits."""
    return datetime.fromisoformat(text).isoformat()


def _texts(texts: list[str]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else texts


def _organization(name: str) -> Json:
    return {"prov:type": _name("prov:Organization"), "credit:name": name}


def _asked(origin: Mapping[str, Any]) -> Json:
    """Return what is said of asking a source: which, for what, by which key, how sure it is, and on what basis."""
    names = ("source", "system", "entity", "part", "keyScheme", "matchMethod", "asOf", "catalogueItem")
    about = {f"credit:{name}": origin[name] for name in names if origin[name] is not None}
    bases = {"credit:legalBasis": _texts(origin["legalBasis"])} if origin["legalBasis"] else {}
    return {
        **about,
        **bases,
        "credit:confidence": {"$": str(float(origin["confidence"])), "type": "xsd:double"},
        "credit:cacheAgeMs": {"$": str(int(origin["cacheAgeMs"])), "type": "xsd:long"},
    }
