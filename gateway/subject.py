"""One subject of one request: what it is known by, and how we know.

A subject is made from a checked identifier; the registry's crosswalk may add further identifiers. A personal key is
held only to follow a link: it is never shown, logged or written to the ledger.
"""

from schema.identifiers import Identifier, as_held, canonical_name, derive, subject_kind

TYPE_NAMES = {
    "ENTERPRISE": "Enterprise",
    "INDIVIDUAL_BUSINESS": "IndividualBusiness",
    "FARMER_COOPERATIVE": "FarmerCooperative",
    "RURAL_COLLECTIVE": "RuralCollective",
    "SOCIAL_ORGANIZATION": "SocialOrganization",
    "PUBLIC_INSTITUTION": "PublicInstitution",
    "GOVERNMENT_BODY": "GovernmentBody",
    "MASS_ORGANIZATION": "MassOrganization",
    "LEGAL_SERVICE_BODY": "LegalServiceBody",
    "OTHER": "OtherOrganization",
}
PERSON = "NaturalPerson"
PERSON_NAME = "person_name"
"""The field of a role record that holds the name of the person."""
PUBLIC_SCHEMES = (
    "USCC",
    "ORG_CODE",
    "TAX_NO",
    "REG_NO",
    "CUSTOMS_CODE",
    "INSTITUTION_CERT",
    "SOCIAL_ORG_CERT",
)
"""Schemes whose values are shown as identifiers of a subject; names and internal keys are not."""
Method = str
"""EXACT (the caller stated it), DERIVED (by algorithm), CROSSWALK (by a register), NAME (by the registered name)."""
CONFIDENCE: dict[Method, float] = {"EXACT": 1.0, "DERIVED": 1.0, "CROSSWALK": 1.0, "NAME": 0.8}
"""How sure a match is, 0 to 1. A name is compared whole, never alike; but only a register tells that it is unique."""


class Subject:
    """A subject with every identifier it is known by: scheme -> values, and how each scheme is known."""

    __slots__ = ("_ids", "_told", "given", "kind", "methods", "resolved_by", "type_name", "untranslated", "uscc")

    def __init__(self, given: Identifier, uscc: str, method: Method, resolved_by: str | None = None) -> None:
        self.given = given
        self.uscc = uscc
        self.resolved_by = resolved_by
        self.kind = subject_kind(uscc)
        self.type_name = TYPE_NAMES[self.kind]
        self._ids: dict[str, tuple[str, ...]] = {"USCC": (uscc,), "TAX_NO": (uscc,), "ORG_CODE": (uscc[8:17],)}
        self.methods: dict[str, Method] = {"USCC": method, "TAX_NO": "DERIVED", "ORG_CODE": "DERIVED"}
        self._told = {"USCC", "TAX_NO", "ORG_CODE"}
        self.untranslated: dict[str, str] = {}
        """Scheme -> why no register could tell the subject's code of it."""
        self.learn(given.scheme, given.value, "EXACT")
        if given.scheme != "USCC":  # what follows from a USCC is there already
            for identifier in derive(given):
                self.learn(identifier.scheme, identifier.value, "DERIVED")

    @property
    def id(self) -> str:
        """The global id of the organization."""
        return f"organization:{self.uscc}"

    def keys(self, scheme: str) -> tuple[str, ...]:
        """Return the values of ``scheme``, none when it is not known."""
        return self._ids.get(scheme, ())

    def knows(self, scheme: str) -> bool:
        """True when ``scheme`` has been looked up or derived, whether or not it has a value.

        The one value that the caller stated is not all that a register may hold: a name has former ones beside it.
        """
        return scheme in self._told

    def former(self, scheme: str) -> tuple[str, ...]:
        """Return what the values of ``scheme`` were before unified codes, as far as they can be told: it may be wrong.

        The division in an old tax number is the tax office's (`domain.md` §2.7), most often that of the unified code.
        """
        return (self.uscc[2:8] + self.uscc[8:17],) if scheme == "TAX_NO" else ()

    def confidence(self, scheme: str) -> float:
        """Return how sure it is that the values of ``scheme`` are those of whom the caller means, 0 to 1."""
        return min(CONFIDENCE[self.methods.get(scheme, "DERIVED")], CONFIDENCE[self.methods["USCC"]])

    def learn(self, scheme: str, value: str | None, method: Method) -> None:
        """Add a value of ``scheme``; None notes that there is none. What is known exactly stays exact."""
        known = self._ids.get(scheme, ())
        if method != "EXACT":
            self._told.add(scheme)
        if scheme == "NAME":  # whoever stated it
            method = "NAME"
        if value is None or value in known:
            self._ids.setdefault(scheme, known)
            if value is not None and method == "EXACT":
                self.methods[scheme] = method
            return
        self._ids[scheme] = (*known, value)
        self.methods.setdefault(scheme, method)

    @property
    def identifiers(self) -> list[Identifier]:
        """The public identifiers, internal keys left out."""
        return [as_held(scheme, value) for scheme in PUBLIC_SCHEMES for value in self.keys(scheme)]


class Person:
    """A natural person reached through a role record: known by an internal key, where permitted, and by the name there.

    The name is told to a source that wants it beside the key; nobody is looked for by it.
    """

    __slots__ = ("_key", "_names")
    type_name = PERSON

    def __init__(self, key: str) -> None:
        self._key = key
        self._names: dict[str, str] = {}

    def keys(self, scheme: str) -> tuple[str, ...]:
        """Return the internal key for the scheme PERSON, the name for NAME, nothing for any other."""
        if scheme == "NAME":
            return tuple(self._names.values()) if len(self._names) == 1 else ()
        return (self._key,) if scheme == "PERSON" else ()

    def learn_name(self, name: str | None) -> None:
        """Add the name in a role; of two different names none is known: a check of either would show at both."""
        if name is not None:
            self._names.setdefault(canonical_name(name), name)

    def former(self, scheme: str) -> tuple[str, ...]:
        """Return nothing: the internal key has not changed."""
        return ()

    def confidence(self, scheme: str) -> float:
        """Return that the internal key is surely the person's: it is a number, not a name."""
        return 1.0

    def __repr__(self) -> str:
        return "Person(…)"
