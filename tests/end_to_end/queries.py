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
      registration { ...told items { recordId name status termTo openEnded registeredCapital { amount currency } } }
      legalRepresentative { ...told items { title person { name } } }
      licenses(first: 100) { ...told items { decisionNo status validTo openEnded ...found } }
      penalties(first: 100) { ...told items { ...penalty } }
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
fragment told on Section { state totalCount coverage { source status reason until } }
fragment found on CreditRecord { source provenance { keyScheme matchMethod } }
fragment penalty on AdministrativePenalty {
  decisionNo decidedOn categories fineAmount { amount } confiscatedAmount { amount } authority status
  sourcePublicUntil effectiveUntil withoutTerm issues { field code } ...found
}
"""
PENALTIES = """
query Penalties($key: SubjectKey!) {
  subject(key: $key) {
    ... on Organization { uscc penalties { state items { decisionNo } coverage { source status } } }
  }
}
"""
PERSON = """
query Person($key: SubjectKey!) {
  subject(key: $key) {
    ... on Organization {
      legalRepresentative { state items { title person {
        id kind name sex maskedIdNo nationality identifiers { value } resolution { scheme method via }
        roles { state totalCount items { title legalRepresentative organizationName organization {
          uscc name
          penalties { state totalCount }
          courtEnforcement { consumptionRestrictions { state items { restrictedPerson } } }
        } } }
      } } }
    }
  }
}
"""
"""From a company on to its representative, to that person's other roles, and to their companies."""
PROBE = """
query Probe($key: SubjectKey!) {
  subject(key: $key) {
    ... on Organization {
      name
      registration { items { status } }
      legalRepresentative { items { person { name sex nationality maskedIdNo roles { state } } } }
      licenses { items { decisionNo counterpartTaxNo legalRepIdType legalRepIdNo personIdNo remark } }
      penalties { items { decisionNo state } }
      taxRatings { items { level score } }
      courtEnforcement { dishonestEntries { items { caseNo maskedIdNo } } }
    }
  }
}
"""
"""Fields of every kind of openness."""
PUNISHERS = ("double_publicity", "environment_penalties", "fire_penalties", "market_penalties", "upper_platform")
"""The sources that hold penalties."""
LOCAL_PUNISHERS = PUNISHERS[:-1]
"""Those of the city: what the platform above has of the same decisions is merged into their records."""
COURT_LISTS = ("dishonestEntries", "enforcementCases", "terminatedExecutions", "consumptionRestrictions")


def uscc_key(number: int) -> dict[str, str]:
    """Return the key of a named subject by its unified code."""
    return {"scheme": "USCC", "value": NAMED[number].uscc}


def statuses(section: Any) -> dict[str, str]:
    """Return what came of asking each owner of a section; of several tables of one, the one that did not answer."""
    found: dict[str, str] = {}
    for each in section["coverage"]:
        if found.get(each["source"], "ANSWERED") == "ANSWERED":
            found[each["source"]] = each["status"]
    return found


def sections(subject: Any) -> dict[str, Any]:
    """Return every section of an answer to WHOLE, those of the courts among them, by name."""
    found = {name: subject["courtEnforcement"][name] for name in COURT_LISTS}
    return found | {name: value for name, value in subject.items() if isinstance(value, dict) and "state" in value}


def states(subject: Any) -> dict[str, str]:
    return {name: section["state"] for name, section in sections(subject).items()}


def column(section: Any, *names: str) -> list[Any]:
    """Return one field of every item, or several as a tuple."""
    rows = [tuple(item[name] for name in names) for item in section["items"]]
    return rows if len(names) > 1 else [value for (value,) in rows]
