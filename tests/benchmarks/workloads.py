"""What is asked in every measurement: the fields, the three workloads, and each contender's way to write the question.

The fields are all that the gateway's client `tax_department` may see for the purpose SUPERVISION. The gateway's
documents ask for `state`, `coverage` and `provenance` (but its digest) besides, which the baselines do not have;
those of `unproven` ask for no provenance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random
from typing import Final

import orjson

from gateway.demo.subjects import FIRST_ORDINARY, subjects

CLIENT: Final = "tax_department"
GATEWAY, HANDWRITTEN, STRAWBERRY, UNPROVEN = "gateway", "handwritten", "strawberry", "unproven"
CONTENDERS: Final = (GATEWAY, HANDWRITTEN, STRAWBERRY, UNPROVEN)
APOLLO, HIVE = "apollo", "hive"
FEDERATED: Final = (APOLLO, HIVE)
"""Contenders of Node, which run when named only."""
THROUGH_GATEWAY: Final = frozenset({GATEWAY, UNPROVEN})

MONEY: Final = "amount currency"
COUNTERPART: Final = (
    "counterpartName counterpartUscc counterpartRegNo counterpartOrgCode counterpartTaxNo counterpartInstitutionCertNo "
    "counterpartSocialOrgNo legalRepresentative legalRepIdType personIdType counterpartCategory"
)
PARTY: Final = "source name sex maskedIdNo court province filedOn caseNo"
FIELDS: Final = {
    "registration": (
        "source uscc regNo orgCode name formerNames entityTypeCode entityType status registeredCapital address "
        "divisionCode industrySection industryCode businessScope establishedOn approvedOn termFrom termTo openEnded "
        "registrationAuthority registrationAuthorityCode"
    ),
    "legalRepresentative": "source roleCode title legalRepresentative heldFrom heldTo organizationName person",
    "licenses": (
        f"source {COUNTERPART} decisionName decisionNo category certificateName certificateNo content decidedOn "
        "validFrom validTo openEnded authority authorityUscc status dataSource dataSourceCode collectedAt remark"
    ),
    "penalties": (
        f"source {COUNTERPART} decisionNo violationType facts legalGrounds categories categoriesAsWritten content "
        "fineAmount confiscatedAmount licenseAffected decidedOn effectiveUntil withoutTerm sourcePublicUntil authority "
        "authorityUscc domain procedure status repairedOn dataSource dataSourceCode collectedAt remark"
    ),
    "taxRatings": (
        "source taxpayerName taxpayerNo evaluationName evaluationYear level authority decidedOn validFrom validTo"
    ),
    "dishonestEntries": (
        f"{PARTY} partyType age legalRepresentative enforcementBasisNo enforcementBasisIssuer obligation performance "
        "performedPart unperformedPart conduct publishedOn"
    ),
    "enforcementCases": f"{PARTY} partyType amount",
    "terminatedExecutions": f"{PARTY} partyType amount terminatedOn unpaidAmount",
    "consumptionRestrictions": f"{PARTY} restrictedPerson relatedOrganization relation publishedOn orderDocument",
}
"""Section -> the fields of its records."""
OBJECTS: Final = {
    "registeredCapital": MONEY,
    "fineAmount": MONEY,
    "confiscatedAmount": MONEY,
    "amount": MONEY,
    "unpaidAmount": MONEY,
    "person": "name sex nationality",
}
"""Fields that are objects -> their own fields."""
COURT_LISTS: Final = ("dishonestEntries", "enforcementCases", "terminatedExecutions", "consumptionRestrictions")
PAGE: Final = 20
"""Records of one section in an answer, at most: the newest ones."""
_EVIDENCE: Final = "provenance { source recordKey keyScheme matchMethod sourceUpdatedAt fetchedAt }"
_COVERAGE: Final = "state coverage { source status reason asOf fetchedAt elapsedMs }"


@dataclass(frozen=True, slots=True)
class Workload:
    """One question: ``sections`` of ``count`` subjects; ``path`` is where the hand-written endpoint answers it."""

    name: str
    title: str
    path: str
    count: int
    sections: tuple[str, ...]

    @property
    def bulk(self) -> bool:
        """True when it asks about a list of subjects."""
        return self.name.startswith("Q2")


def workloads(bulk: int) -> dict[str, Workload]:
    """Return the workloads by name; Q2 asks about ``bulk`` subjects at once."""
    own = ("registration", "licenses", "penalties")
    every = (*own[:1], "legalRepresentative", *own[1:], "taxRatings", *COURT_LISTS)
    dishonest = f"{bulk} subjects: registration, licenses, penalties, dishonest debtors"
    return {
        "Q1": Workload("Q1", "one subject, all six domains", "/subject", 1, every),
        "Q2": Workload("Q2", dishonest, "/subjects", bulk, (*own, "dishonestEntries")),
        "Q2b": Workload("Q2b", "as Q2, batching sources only: no court", "/decisions", bulk, own),
        "Q3": Workload("Q3", "one subject, its name", "/name", 1, ()),
    }


def request(contender: str, workload: Workload, usccs: Sequence[str]) -> tuple[str, bytes]:
    """Return the path and the JSON body by which ``contender`` is asked ``workload`` about ``usccs``."""
    if contender == HANDWRITTEN:
        return workload.path, orjson.dumps({"usccs": usccs})
    keys = [{"scheme": "USCC", "value": uscc} for uscc in usccs] if contender in THROUGH_GATEWAY else usccs
    variables = {"keys": keys} if workload.bulk else {"key": keys[0]}
    name = workload.name
    body = {"query": document(contender, workload), "variables": variables, "operationName": name}
    return "/graphql", orjson.dumps(body)


def document(contender: str, workload: Workload) -> str:
    """Return the GraphQL document of ``workload``."""
    key_type = "SubjectKey!" if contender in THROUGH_GATEWAY else "String!"
    inside = _inside(contender, workload.sections)
    body = f"__typename ... on Organization {{ {inside} }}" if contender in THROUGH_GATEWAY else inside
    if workload.bulk:
        return f"query {workload.name}($keys: [{key_type}]!) {{ subjects(keys: $keys) {{ {body} }} }}"
    return f"query {workload.name}($key: {key_type}) {{ subject(key: $key) {{ {body} }} }}"


def _inside(contender: str, sections: Sequence[str]) -> str:
    plain = [_section(name, contender) for name in sections if name not in COURT_LISTS]
    court = [_section(name, contender) for name in sections if name in COURT_LISTS]
    head = ["kind uscc name"] if sections else ["name"]
    return " ".join([*head, *plain, *([f"courtEnforcement {{ {' '.join(court)} }}"] if court else ())])


def _section(name: str, contender: str) -> str:
    fields = " ".join(f"{each} {{ {OBJECTS[each]} }}" if each in OBJECTS else each for each in FIELDS[name].split())
    if contender not in THROUGH_GATEWAY:
        return f"{name} {{ {fields} }}"
    evidence = f" {_EVIDENCE}" if contender == GATEWAY else ""
    return f"{name} {{ {_COVERAGE} items {{ {fields}{evidence} }} }}"


def ordinary_usccs(size: int) -> list[str]:
    """Return the codes of the ordinary subjects among ``size``, shuffled, the same at every run."""
    found = [subject.uscc for subject in subjects(size) if subject.number >= FIRST_ORDINARY]
    Random(20181).shuffle(found)  # an order, not a secret
    return found


def turns(usccs: Sequence[str], count: int, first: int) -> Iterator[list[str]]:
    """Yield ``count`` codes a turn, round and round, beginning with the one at ``first``."""
    at = first
    while True:
        at %= len(usccs)
        turn = list(usccs[at : at + count])
        yield turn + list(islice(cycle(usccs), count - len(turn)))
        at += count
