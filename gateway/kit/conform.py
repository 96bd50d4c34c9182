"""A source put to the contract and to its cases, line by line: what a department and we can sign.

# INVARIANT: a line holds counts, times and digests; no record, no key, no address.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from connectors.errors import ConfigError, SourceError
from connectors.spec import SourceSpec
from gateway.bilingual import Bilingual
from gateway.kit.bench import Bench
from gateway.kit.cases import FEWEST, case_files, differences, expected, read_case, run_case
from gateway.kit.contract import BEHAVIORS, Behavior, Evidence, NotApplicable, NotKept, Trial
from gateway.kit.keys import Keys, wants_more, why_no_key
from gateway.kit.probe import Unasked

CASE: Final = "case"

Progress = Callable[[str], None]


class Result(Bilingual):
    """How a line came out; ``zh`` and ``en`` say it."""

    KEPT = "KEPT", "符合", "kept"
    NOT_KEPT = "NOT_KEPT", "不符合", "not kept"
    NOT_APPLICABLE = "NOT_APPLICABLE", "不适用", "not applicable"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report: what was tried on what, what was expected, what came; texts in Chinese and English."""

    name: str
    part: str
    scheme: str
    tried: tuple[str, str]
    expected: tuple[str, str]
    result: Result
    note: tuple[str, str] = ("", "")
    evidence: Evidence = field(default_factory=dict)


async def contract_lines(bench: Bench, keys: Keys, most: int, progress: Progress = lambda _: None) -> list[Line]:
    """Return how the source keeps the contract, asked by at most ``most`` keys a part; raises `Unasked`."""
    await _reach(bench)
    trials = [
        Trial(bench, part, scheme, known[:most])
        for part, entity in bench.spec.entities.items()
        for scheme, known in keys.of(part, entity).items()
    ]
    if not trials:
        raise Unasked(why_no_key(bench.spec))
    lines: list[Line] = []
    for trial in trials:
        for behavior in BEHAVIORS:
            if not behavior.once:
                progress(f"{trial.part} {behavior.name}")
                lines.append(await _line(behavior, trial))
    lines = [*_proved(lines), *_not_tried(bench.spec, keys)]
    best = _best(trials, lines)
    for behavior in BEHAVIORS:
        if behavior.once:
            progress(behavior.name)
            lines.append(await _line(behavior, best))
    return lines


async def _reach(bench: Bench) -> None:
    async with bench.open() as watch:
        try:
            await watch.gate.probe()
        except SourceError as error:
            until = f", until {error.until}" if error.until else ""
            raise Unasked(f"{bench.spec.name}: {error.status}: {error.reason}{until}") from None


async def _line(behavior: Behavior, trial: Trial) -> Line:
    part, scheme = ("", "") if behavior.once else (trial.part, trial.scheme)

    def line(result: Result, note: tuple[str, str] = ("", ""), evidence: Evidence | None = None) -> Line:
        return Line(behavior.name, part, scheme, behavior.tried, behavior.expected, result, note, evidence or {})

    try:
        return line(Result.KEPT, evidence=await behavior.check(trial))
    except NotApplicable as error:
        return line(Result.NOT_APPLICABLE, (error.zh, error.en))
    except NotKept as error:
        return line(Result.NOT_KEPT, (error.zh, error.en))
    except SourceError as error:
        return line(Result.NOT_KEPT, ("来源没有答复", f"{error.status}: {error.reason}"))


def _proved(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield ``lines``, those of a part without any record by any scheme as not kept: nothing is proved by it."""
    found = {line.part for line in lines if line.name == "by_key" and line.result is not Result.NOT_APPLICABLE}
    for line in lines:
        if line.name == "by_key" and line.part not in found:
            again = ("请提供有记录的键", "ask by keys that have records")
            note = tuple(f"{one}; {other}" for one, other in zip(line.note, again, strict=True))
            yield Line(
                line.name, line.part, line.scheme, line.tried, line.expected, Result.NOT_KEPT, (note[0], note[1])
            )
        else:
            yield line


def _not_tried(spec: SourceSpec, keys: Keys) -> Iterator[Line]:
    """Yield a line for each part, and each further scheme, of which there was no key: whoever signs is to see it."""
    tried = ("在线查询", "asked on the live system")
    for part, entity in spec.entities.items():
        known = keys.of(part, entity)
        if wants_more(entity):
            note = ("须同时提供姓名等,不代为测试", "it is told more than a key about a subject: nobody is examined")
            yield Line("not_tried", part, "", tried, ("", ""), Result.NOT_APPLICABLE, note)
        elif not known:
            note = ("没有可用的键,未测", "there was no key to ask by: it was not tried")
            yield Line("not_tried", part, "", tried, ("", ""), Result.NOT_KEPT, note)
        else:
            for scheme in entity.keys:
                if scheme not in known:
                    note = ("没有这种键,未测", "there was no such key: it was not tried")
                    yield Line("not_tried", part, scheme, tried, ("", ""), Result.NOT_APPLICABLE, note)


def _best(trials: Sequence[Trial], lines: Iterable[Line]) -> Trial:
    """Return the trial whose keys found most, the first of several."""
    records = {(line.part, line.scheme): line.evidence.get("records", 0) for line in lines if line.name == "by_key"}
    return max(trials, key=lambda trial: int(str(records.get((trial.part, trial.scheme), 0))))


def case_lines(bench: Bench, folder: Path | None) -> list[Line]:
    """Return how the cases of the source come out, and that every part has enough of them."""
    source = bench.spec
    files = case_files(folder, source.name) if folder is not None else []
    lines = [_case(bench, file) for file in files]
    for part in source.entities:
        count = sum(file.stem.partition(".")[0] == part for file in files)
        tried = (f"用例数:{part}", f"how many cases {part} has")
        enough = (f"至少 {FEWEST} 个", f"at least {FEWEST}")
        result = Result.KEPT if count >= FEWEST else Result.NOT_KEPT
        lines.append(Line("cases", part, "", tried, enough, result, evidence={"cases": count}))
    return lines


def _case(bench: Bench, file: Path) -> Line:
    name = file.stem
    part = name.partition(".")[0]
    wanted = ("得出用例所列的记录", "the records of the case come out")
    try:
        case = read_case(file, bench.spec)
    except ConfigError as error:
        tried = (f"用例 {name}", f"the case {name}")
        return Line(CASE, part, "", tried, wanted, Result.NOT_KEPT, ("", "; ".join(map(str, error.mistakes))))
    due, came = expected(case), run_case(bench.spec, case)
    told = "; ".join(differences(due, came))
    tried = (f"用例 {name}:{case.words}", f"the case {name}")
    evidence: Evidence = {"rows": len(case.spec.rows), "records": len(came.records), "left_out": len(came.unreadable)}
    return Line(CASE, part, "", tried, wanted, Result.NOT_KEPT if told else Result.KEPT, ("", told), evidence)
