"""Run the steps of a plan: independent ones at once, one batched call per (source, entity, stage).

A step that can be asked by what a subject is already known by starts at once; one that needs another code waits for the
registry's crosswalk, which is itself one call for all subjects. A source's failure is an outcome, never an exception:
it changes its own coverage and nothing else (invariant 6). At the deadline what is unfinished is TIMED_OUT.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from connectors.base import Batch
from gateway.crosswalk import translate
from gateway.plan.model import Ask, Follow, Need, Stage
from gateway.reach import AskResult
from gateway.run import Run
from gateway.subject import Person, Subject

Users = dict[tuple[int, str], list["Subject | Person"]]


async def fetch_stage(run: Run, stage: Stage, users: Users) -> None:
    """Fetch every need of ``stage`` for the subjects of its users, then the stages that its links lead to."""
    due: list[tuple[Need, list[Subject | Person]]] = []
    for need in stage.needs.values():
        subjects = list(dict.fromkeys(subject for user in need.users for subject in users.get(user, ())))
        if subjects:
            due.append((need, subjects))
    translated = [subject for need, subjects in due if need.translated for subject in subjects]
    async with asyncio.TaskGroup() as group:
        crosswalk = group.create_task(translate(run, stage.crosswalk, translated))
        for need, subjects in due:
            group.create_task(_fetch_need(run, need, subjects, crosswalk))


async def _fetch_need(
    run: Run, need: Need, subjects: Sequence[Subject | Person], crosswalk: asyncio.Task[None]
) -> None:
    asked = await asyncio.gather(*(_fetch_ask(run, need, ask, subjects, crosswalk) for ask in need.asks))
    run.results[id(need)] = asked
    await asyncio.gather(*(_follow(run, follow, subjects) for follow in need.follows.values() if follow.uses))


async def _fetch_ask(
    run: Run, need: Need, ask: Ask, subjects: Sequence[Subject | Person], crosswalk: asyncio.Task[None]
) -> AskResult:
    reached = run.unreached(ask)
    if ask.refused is not None:
        return AskResult(ask, reached)
    result = AskResult(ask, reached)
    due = _covered(ask, result, subjects)
    if ask.crosswalk:
        await crosswalk
        due = _identified(ask, result, due)
    keys = list(dict.fromkeys(key for subject in due for key in subject.keys(ask.scheme)))
    aliases = _aliases(ask, due)
    size = ask.source.batch_size
    batches = [
        Batch(ask.entity_name, ask.scheme, tuple(keys[at : at + size]), ask.fields, need.digests, aliases)
        for at in range(0, len(keys), size)
    ]
    outcomes = await asyncio.gather(*(run.call(ask, batch) for batch in batches))
    result.by_key = {key: outcome for batch, outcome in zip(batches, outcomes, strict=True) for key in batch.keys}
    return result


def _covered(ask: Ask, result: AskResult, subjects: Sequence[Subject | Person]) -> list[Subject | Person]:
    kinds = ask.source.subject_kinds
    if not kinds:
        return list(subjects)
    due: list[Subject | Person] = []
    for subject in subjects:
        if isinstance(subject, Person) or subject.kind in kinds:
            due.append(subject)
        else:
            reason = f"the source holds no records of subjects of kind {subject.kind}"
            result.apart[subject] = replace(result.otherwise, status="NOT_COVERED", reason=reason, whole=True)
    return due


def _identified(ask: Ask, result: AskResult, subjects: Iterable[Subject | Person]) -> list[Subject | Person]:
    """Set subjects apart whose code for this source is not known, or noted why some of their codes are not."""
    due: list[Subject | Person] = []
    for subject in subjects:
        assert isinstance(subject, Subject), "only organizations are translated"
        if subject.keys(ask.scheme):
            due.append(subject)
            if subject.untranslated and ask.also_by:
                result.caveats[subject] = f"could not be asked by every code: {subject.untranslated}"
        elif subject.knows(ask.scheme):
            reason = f"the registry knows no {ask.scheme} of this subject"
            result.apart[subject] = replace(result.otherwise, status="NOT_COVERED", reason=reason, whole=True)
        else:
            reason = subject.untranslated or f"no {ask.scheme} is known for this subject"
            result.apart[subject] = replace(result.otherwise, status="IDENTITY_UNRESOLVED", reason=reason)
    return due


def _aliases(ask: Ask, subjects: Iterable[Subject | Person]) -> dict[str, dict[str, str]]:
    if not ask.also_by:
        return {}
    aliases: dict[str, dict[str, str]] = {scheme: {} for scheme in ask.also_by}
    for subject in subjects:
        for scheme in ask.also_by:
            for value in subject.keys(scheme):
                aliases[scheme][value] = subject.keys(ask.scheme)[0]
    return aliases


async def _follow(run: Run, follow: Follow, subjects: Sequence[Subject | Person]) -> None:
    """Fetch the stage behind a link for the subjects that the records on the shown pages lead to."""
    users: Users = {}
    for use in follow.uses:
        linked: dict[str, Subject | Person] = {}
        for subject in subjects:
            page = run.page(use, subject)
            for row, hit in page.items if page else ():
                key = hit.value(row, follow.link.key_field)
                if key is not None and key not in linked:
                    linked[key] = run.linked(follow.link.to, key)
        for each in linked.values():
            users.setdefault((use.index, each.type_name), []).append(each)
    if users:
        await fetch_stage(run, follow.stage, users)
