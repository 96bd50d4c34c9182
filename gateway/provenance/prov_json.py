"""An answer's map of provenance as W3C PROV-JSON (https://www.w3.org/submissions/prov-json/). Pure: JSON in, JSON out.

What stands for what
    held:N       entity: a record as the department holds it, by its key there and its digest
    record:PATH  entity: the record as the answer tells it, derived from it; value:PATH a value derived from it
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

BUNDLE: Final = "credit-gateway/bundle/1"
"""The format of the file that holds an answer with its receipt, for `credit-gateway verify`."""
_BASE: Final = "urn:credit-gateway"
_SHARED: Final = {"credit": f"{_BASE}:terms:", "department": f"{_BASE}:department:", "gateway": f"{_BASE}:gateway:"}
_OF_ANSWER: Final = ("held", "record", "value", "mapping", "field", "fetch", "relation")
_NO_MAP: Final = 'the answer holds no `extensions.provenance`: ask with `"extensions": {"provenance": true}`'
_RECEIPT: Final = re.compile("[0-9a-f]{32}")
Json = dict[str, Any]


def prov_json(kept: Mapping[str, Any]) -> Json:
    """Return the PROV-JSON of an answer, or of a bundle of an answer and its receipt, whose map of provenance it holds.

    Raises `BadParameters` where there is none.
    """
    answer, entry = _opened(kept)
    extensions = answer.get("extensions")
    extensions = extensions if isinstance(extensions, dict) else {}
    told = extensions.get("provenance")
    if not isinstance(told, dict) or not {"origins", "records"} <= told.keys():
        raise BadParameters(_NO_MAP)
    written = _Document(_receipt(extensions.get("receipt")))
    try:
        written.answer(entry)
        written.origins(told)
        written.records(told)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise BadParameters("`extensions.provenance` is not as the gateway writes it") from error
    return written.told


def _opened(kept: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
    """Return the answer, and the ledger's entry about it where ``kept`` is a bundle."""
    if kept.get("format") != BUNDLE:
        return kept, None
    try:
        answer, entry = json.loads(kept["answer"]), json.loads(kept["receipt"]["entry"])
    except (LookupError, TypeError, ValueError) as error:
        raise BadParameters("the bundle does not hold an answer and its receipt as JSON texts") from error
    if not isinstance(answer, dict) or not isinstance(entry, dict):
        raise BadParameters("the answer and the entry of the bundle must be JSON objects")
    return answer, entry


def _receipt(told: Any) -> str:
    found = told.get("id") if isinstance(told, dict) else None
    return found if isinstance(found, str) and _RECEIPT.fullmatch(found) else "unknown"


class _Document:
    """The document as it is written; relations are numbered, so that each has a name of its own."""

    def __init__(self, receipt: str) -> None:
        base = f"{_BASE}:receipt:"
        prefixes = {each: f"{base}{receipt}:{each}:" for each in _OF_ANSWER}
        self._answer, self._answering = f"receipt:{receipt}", f"answering:{receipt}"
        prefixes |= {"receipt": base, "answering": f"{_BASE}:answering:", "client": f"{_BASE}:client:"}
        self.told: Json = {"prefix": {**_SHARED, **prefixes}}
        self._held: dict[tuple[str, str, str | None], str] = {}
        self._fetches: list[str] = []
        self._origins: list[Mapping[str, Any]] = []
        self._count = 0
        self._members = 0

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
        for path, record in told["records"].items():
            self._told(f"record:{path}", record)
        for path, record in told.get("values", {}).items():
            self._told(f"value:{path}", record)
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

    def _told(self, entity: str, record: list[Any]) -> None:
        fetch = self._fetches[record[0]]
        self._add("entity", entity, {"prov:type": _name("credit:Record"), "credit:entity": self._entity(record)})
        self._relate("wasGeneratedBy", entity=entity, activity=self._answering)
        held = self._hold(record)
        derived = {"generatedEntity": entity, "usedEntity": held, "activity": fetch}
        self._relate("wasDerivedFrom", **derived)
        self._member(self._answer, entity)

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
        """Write a relation of a kind that has no name (PROV-DM §5.5, §5.6)."""
        self._members += 1
        self.told.setdefault(kind, {})[f"_:id{self._members}"] = ends


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
