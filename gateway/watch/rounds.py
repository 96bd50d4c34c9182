"""One round of a watch: what each section was found to be, compared with what is known of it. Pure.

Terms
    observed  a section in an answer: its state, and its content where the state leaves nothing to be asked for
    known     what is kept of a section: the digest of what it was when it was last known, and since when that is so;
              ``unknown_since`` is set while it could not be asked
    news      what there is to tell of a section after a round; of most there is nothing

# INVARIANT: a section that could not be asked is never told as changed or unchanged, and what was known before stays
known: the digest is compared again when it can be asked again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from gateway.watch.digests import Digests
from gateway.watch.sections import Watched

KNOWN_STATES: Final = frozenset({"COMPLETE", "NOT_COVERED"})
"""States of sections that leave nothing to be asked for."""
DENIED: Final = "DENIED"
CUT: Final = "CUT"
"""Stands for COMPLETE where a section has more records than are looked at: those beyond it do not count, but for how
many there are."""
UNRESOLVED: Final = "UNRESOLVED"
"""Stands for the state of the sections of a subject whose key led to nobody now."""
ORGANIZATION_FIELD: Final = "uscc"
Word = Literal["BASELINE", "CHANGED", "UNKNOWN", "UNCHANGED", "STOPPED"]
"""The names of `schema.watch.WatchNews`."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One section of the subject at ``place`` of the keys; ``content`` is None where it is not known whole.

    ``subject`` is the USCC that the key led to, empty where it led to nobody; ``after`` is where the next page begins,
    None where there is none.
    """

    place: int
    section: str
    state: str
    subject: str = field(default="", repr=False)
    content: Any = field(default=None, repr=False)
    after: str | None = field(default=None, repr=False)

    def continued(self, page: "Observed") -> "Observed":
        """Return the section with its next ``page``; a page that is not known whole leaves all of it unknown."""
        if self.content is None or page.content is None or page.subject != self.subject:
            return replace(self, state=page.state if page.content is None else UNRESOLVED, content=None, after=None)
        total, items = self.content
        return replace(self, content=[total, [*items, *page.content[1]]], after=page.after)

    def cut(self, most: int) -> "Observed":
        """Return the section with its ``most`` newest records, told as cut where there are more."""
        if self.content is None or (self.after is None and len(self.content[1]) <= most):
            return self
        total, items = self.content
        return replace(self, state=CUT, content=[total, items[:most]], after=None)


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of one section; times are ISO 8601."""

    state: str | None = None
    digest: str | None = None
    since: str | None = None
    unknown_since: str | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What there is to tell of the section of the subject at ``place`` of the keys."""

    place: int
    section: str
    news: Word
    at: str
    before: str | None
    after: str | None
    state: str
    unknown_since: str | None


Standing = Mapping[tuple[int, str], Known]
"""By place and section."""


def observe(places: Sequence[int], sections: Sequence[Watched], content: Any) -> list[Observed]:
    """Return what the response ``content`` of `sections.question` tells of the subjects at ``places``, in its order."""
    subjects = (content.get("data") or {}).get("subjects") or [None] * len(places)
    found: list[Observed] = []
    for place, subject in zip(places, subjects, strict=True):
        for at, section in enumerate(sections):
            found.append(_observed(place, section, f"s{at}", subject))
    return found


def unasked(places: Sequence[int], sections: Sequence[Watched], code: str) -> list[Observed]:
    """Return the same where the question itself was refused with ``code``."""
    return [Observed(place, section.path, code) for place in places for section in sections]


def compare(
    client: str, known: Standing, observed: Sequence[Observed], digests: Digests, at: str
) -> tuple[dict[tuple[int, str], Known], list[News]]:
    """Return what is known of each section after the round at ``at``, and what there is to tell."""
    after: dict[tuple[int, str], Known] = {}
    news: list[News] = []
    for each in observed:
        before = known.get((each.place, each.section), Known())
        now, word = _compared(client, before, each, digests, at)
        after[each.place, each.section] = now
        if word is not None:
            since = before.unknown_since if word != "UNKNOWN" else now.unknown_since
            digest = None if word == "UNKNOWN" else now.digest
            news.append(News(each.place, each.section, word, at, before.digest, digest, each.state, since))
    return after, news


def _observed(place: int, section: Watched, alias: str, subject: Any) -> Observed:
    if subject is None or subject.get(ORGANIZATION_FIELD) is None:
        return Observed(place, section.path, UNRESOLVED)
    found = subject
    for _ in section.steps:
        found = found.get(alias) if found is not None else None
    if found is None:
        return Observed(place, section.path, DENIED, subject[ORGANIZATION_FIELD])
    state = found["state"]
    if state not in KNOWN_STATES:
        return Observed(place, section.path, state, subject[ORGANIZATION_FIELD])
    content, page = [found["totalCount"], found["items"]], found["pageInfo"]
    after = page["endCursor"] if page["hasNextPage"] else None
    return Observed(place, section.path, state, subject[ORGANIZATION_FIELD], content, after)


def _compared(client: str, before: Known, observed: Observed, digests: Digests, at: str) -> tuple[Known, Word | None]:
    if observed.content is None:
        if before.unknown_since is not None:
            return Known(observed.state, before.digest, before.since, before.unknown_since), None
        return Known(observed.state, before.digest, before.since, at), "UNKNOWN"
    what = (client, observed.subject, observed.section, observed.content)
    digest = digests.of(*what)
    same = digests.same(before.digest, *what) if before.digest is not None else None
    if same is None:
        return Known(observed.state, digest, at), "BASELINE"
    if not same:
        return Known(observed.state, digest, at), "CHANGED"
    known = Known(observed.state, digest, before.since)
    return known, None if before.unknown_since is None else "UNCHANGED"
