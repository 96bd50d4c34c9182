"""Run the steps of a plan: independent ones at once, one batched call per (source, entity, stage).

A step that can be asked by what a subject is already known by starts at once; one that needs another code waits for the
registry's crosswalk, which is itself one call for all subjects. A source's failure is an outcome, never an exception:
it changes its own coverage and nothing else (invariant 6). At the deadline what is unfinished is TIMED_OUT.
"""

from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, Final

from msgspec.structs import replace

from connectors.base import Batch
from gateway.crosswalk import translate
from gateway.plan.model import Ask, Follow, Need, Stage
from gateway.reach import AskResult
from gateway.run import Run
from gateway.subject import PERSON_NAME, Person, Subject
from gateway.together import together

Users = dict[tuple[int, str], list["Subject | Person"]]
_ABSENT: Final = "the source's own register holds no such subject"
Due = tuple[Need, Sequence["Subject | Person"]]
"""A need with the subjects whose records are fetched for it."""


async def fetch_stage(run: Run, stage: Stage, users: Users) -> None:
    """Fetch every need of ``stage`` for the subjects of its users, then the stages that its links lead to."""
    due: list[Due] = []
    for need in stage.needs.values():
        asking = [each for user, each in users.items() if user in need.users]
        found = list(dict.fromkeys(subject for each in asking for subject in each))
        if found:
            due.append((need, found))
            run.results[id(need)] = [AskResult(ask, run.unreached(ask)) for ask in _due_asks(run, need)]
    work: list[Coroutine[Any, Any, None]] = []
    for need, subjects in due:
        if any(follow.uses for follow in need.follows.values()):
            work.append(_fetch_and_follow(run, need, subjects))
        else:
            work.extend(_calls(run, need, subjects, translated=False))
    if any(need.translated for need, _ in due):
        work.append(_fetch_translated(run, [each for each in due if each[0].translated]))
    await together(work)


def _due_asks(run: Run, need: Need) -> Sequence[Ask]:
    """Return the asks of which some record may be shown: those that no filter of any use rules out whole."""
    if need.whole or not any(ask.constants for ask in need.asks):
        return need.asks
    given = [(use, use.arguments(run.variables).values) for use in need.uses]
    return [ask for ask in need.asks if any(not use.excludes(ask, values) for use, values in given)]


async def _fetch_and_follow(run: Run, need: Need, subjects: Sequence[Subject | Person]) -> None:
    await together(_calls(run, need, subjects, translated=False))
    await together([_follow(run, follow, subjects) for follow in need.follows.values() if follow.uses])


async def _fetch_translated(run: Run, due: Sequence[Due]) -> None:
    """Make the calls that need codes of the crosswalk, after it."""
    await translate(run, _wanted(run, due))
    await together([call for need, subjects in due for call in _calls(run, need, subjects, translated=True)])


def _wanted(run: Run, due: Sequence[Due]) -> dict[str, list[Subject]]:
    """Return scheme -> subjects that must learn their codes of it, because a source that covers them asks by it."""
    wanted: dict[str, dict[Subject, None]] = {}
    for need, subjects in due:
        for ask in (result.ask for result in run.results[id(need)] if result.ask.refused is None):
            for scheme in ask.crosswalk:
                missing = wanted.setdefault(scheme, {})
                for subject in _concerned(run, ask, subjects):
                    if isinstance(subject, Subject) and ask.covers(subject.kind) and not subject.knows(scheme):
                        missing[subject] = None
    return {scheme: list(subjects) for scheme, subjects in sorted(wanted.items()) if subjects}


def _calls(
    run: Run, need: Need, subjects: Sequence[Subject | Person], *, translated: bool
) -> list[Coroutine[Any, Any, None]]:
    """Return the calls of ``need``: those that wait for the crosswalk (``translated``), or those that do not."""
    return [
        _call(run, result, batch)
        for result in run.results[id(need)]
        if result.ask.refused is None and bool(result.ask.crosswalk) is translated
        for batch in _batches(run, need, result, subjects)
    ]


async def _call(run: Run, result: AskResult, batch: Batch) -> None:
    reached = await run.call(result.ask, batch, result.otherwise)
    for key in batch.keys:
        result.by_key[key] = reached


def _batches(run: Run, need: Need, result: AskResult, subjects: Sequence[Subject | Person]) -> list[Batch]:
    """Return the questions to one source, and set apart the subjects about whom it is not asked."""
    ask = result.ask
    due = _covered(ask, result, _concerned(run, ask, subjects))
    if ask.crosswalk:
        due = _identified(run, ask, result, due)
    keys = list(dict.fromkeys(key for subject in due for key in subject.keys(ask.scheme)))
    size = ask.source.batch_size
    told = {key: subject for subject in due for key in subject.keys(ask.scheme)} if ask.beside else {}
    aliases = _aliases(ask, ask.also_by, due)
    return [
        Batch(
            ask.part,
            ask.scheme,
            tuple(keys[at : at + size]),
            ask.fields,
            need.digests,
            _aliases(ask, ask.beside, [told[keys[at]]]) if told else aliases,  # one key is then a call
            ask.decided_by,
        )
        for at in range(0, len(keys), size)
    ]


def _concerned(run: Run, ask: Ask, subjects: Sequence[Subject | Person]) -> Sequence[Subject | Person]:
    """Return those of ``subjects`` about whom ``ask`` is put: to whom the caller stands in the way that it is for."""
    if ask.standings is None:
        return subjects
    return [each for each in subjects if run.standing(each) in ask.standings]


def _covered(ask: Ask, result: AskResult, subjects: Sequence[Subject | Person]) -> Sequence[Subject | Person]:
    if not ask.kinds:
        return subjects
    due: list[Subject | Person] = []
    for subject in subjects:
        if isinstance(subject, Person) or ask.covers(subject.kind):
            due.append(subject)
        else:
            reason = f"the source holds no records of subjects of kind {subject.kind}"
            result.apart[subject] = replace(result.otherwise, status="NOT_COVERED", reason=reason, whole=True)
    return due


def _identified(run: Run, ask: Ask, result: AskResult, subjects: Iterable[Subject | Person]) -> list[Subject | Person]:
    """Set subjects apart whose code for this source is not known, or noted why some of their codes are not.

    Where the source's own register holds no such subject, nothing is on record there: customs have nothing of a company
    that never registered with them. Where that register did not answer, neither did the source.
    """
    due: list[Subject | Person] = []
    for subject in subjects:
        assert isinstance(subject, Subject), "only organizations are translated"
        if subject.keys(ask.scheme):
            due.append(subject)
            schemes = (ask.scheme, *ask.also_by)
            lacking = [subject.untranslated[each] for each in schemes if each in subject.untranslated]
            if lacking:
                result.caveats[subject] = f"could not be asked by every code: {'; '.join(dict.fromkeys(lacking))}"
        elif (own := run.absent.get((subject, ask.scheme, ask.source.name))) is not None:
            result.apart[subject] = replace(own, reason=_ABSENT, part=ask.title)
        elif (silent := run.unheard.get((subject, ask.scheme, ask.source.name))) is not None:
            told = {"status": silent.status, "reason": silent.reason, "until": silent.until}
            result.apart[subject] = replace(result.otherwise, **told)
        elif subject.knows(ask.scheme):
            reason = f"the registers know no {ask.scheme} of this subject"
            result.apart[subject] = replace(result.otherwise, status="NOT_COVERED", reason=reason, whole=True)
        else:
            reason = subject.untranslated.get(ask.scheme, f"no {ask.scheme} is known for this subject")
            result.apart[subject] = replace(result.otherwise, status="IDENTITY_UNRESOLVED", reason=reason)
    return due


def _aliases(ask: Ask, schemes: Sequence[str], subjects: Iterable[Subject | Person]) -> dict[str, dict[str, str]]:
    if not schemes:
        return {}
    aliases: dict[str, dict[str, str]] = {scheme: {} for scheme in schemes}
    for subject in subjects:
        for scheme in schemes:
            for value in (*subject.keys(scheme), *subject.former(scheme)):
                aliases[scheme][value] = subject.keys(ask.scheme)[0]
    return aliases


async def _follow(run: Run, follow: Follow, subjects: Sequence[Subject | Person]) -> None:
    """Fetch the stage behind a link for the subjects that the records on the shown pages lead to."""
    await run.mark()
    users: Users = {}
    for use in follow.uses:
        linked: dict[str, Subject | Person] = {}
        for subject in subjects:
            page = run.page(use, subject)
            for row, hit, _ in page.items if page else ():
                key = hit.value(row, follow.link.key_field)
                if key is not None:
                    found = linked[key] = run.linked(follow.link.to, key)
                    if isinstance(found, Person):
                        found.learn_name(hit.value(row, PERSON_NAME))
        for each in linked.values():
            users.setdefault((use.index, each.type_name), []).append(each)
    if users and await _may_follow(run, follow, users):
        await fetch_stage(run, follow.stage, users)


async def _may_follow(run: Run, follow: Follow, users: Users) -> bool:
    """Ask the guard whether the records of those whom a link leads to may be asked for; if not, it refuses all."""
    if run.inquiry is None:
        return True
    linked = list(dict.fromkeys(each for found in users.values() for each in found))
    return await run.inquiry.follow(linked, through_persons=follow.uses[0].need.person_key)
