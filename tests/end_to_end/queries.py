"""Queries and keys of these tests, and short ways into the answers."""

from typing import Any

from gateway.demo.subjects import Subject, named

NAMED: dict[int, Subject] = {subject.number: subject for subject in named()}
"""The demo subjects that stand for a scenario, by running number."""

WHOLE = """
query Whole($key: SubjectKey!) {
  subject(key: $key) {
    __typename
    ... on Organization {
      uscc kind name
      identifiers { scheme value check }
      resolution { scheme check method via }
      registration { ...told items { recordId uscc regNo orgCode name status establishedOn termTo openEnded address } }
      legalRepresentative { ...told items { title person { name } } }
      licenses(first: 100) { ...told items { recordId decisionNo status validTo openEnded provenance { keyScheme matchMethod } } }
      penalties(first: 100) { ...told items {
        recordId source decisionNo decidedOn categories fineAmount { amount } confiscatedAmount { amount } status
        sourcePublicUntil effectiveUntil withoutTerm issues { field code } authority
        provenance { source recordKey keyScheme matchMethod }
      } }
      taxRatings { ...told items { evaluationYear level } }
      courtEnforcement {
        dishonestEntries { ...told items { caseNo performance publishedOn maskedIdNo partyType } }
        enforcementCases(first: 100) { ...told items { caseNo filedOn amount { amount } } }
        terminatedExecutions { ...told items { caseNo terminatedOn unpaidAmount { amount } } }
        consumptionRestrictions { ...told items { restrictedPerson relation publishedOn } }
      }
    }
    ... on SubjectProblem { message scheme check }
    ... on SubjectAmbiguous { candidates { scheme check uscc kind } }
    ... on SubjectUnresolved { coverage { source status } }
  }
}
fragment told on Section { state totalCount coverage { source status reason } }
"""


def uscc_key(number: int) -> dict[str, str]:
    """Return the key of a named subject by its unified code."""
    return {"scheme": "USCC", "value": NAMED[number].uscc}


def statuses(section: Any) -> dict[str, str]:
    """Return what came of asking each owner of a section."""
    return {each["source"]: each["status"] for each in section["coverage"]}


def court(subject: Any, part: str) -> Any:
    return subject["courtEnforcement"][part]
