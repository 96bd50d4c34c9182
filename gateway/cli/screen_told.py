"""How far a screening is, and how it ended: for people a table, for machines the same as JSON."""

from pathlib import Path
from typing import IO, Any, Final

from rich.console import Console
from rich.table import Table

from gateway.screening.model import VERDICTS
from gateway.screening.run import Advance
from gateway.screening.screening import Screened

WORDS: Final = {
    "PASS": ("通过", "green"),
    "ATTENTION": ("提请注意", "yellow"),
    "REJECT": ("不通过", "red"),
    "UNDETERMINED": ("无法得出结论", "magenta"),
    "INVALID": ("行无效", "dim"),
}


def tenths(console: Console, done: int, rows: int) -> Advance:
    """Return what tells each tenth of the ``rows`` that is done, a line each: for logs, where no bar can be drawn."""
    reached = done

    def advance(more: int) -> None:
        nonlocal reached
        before, reached = reached, min(reached + more, rows)
        if before * 10 // rows != reached * 10 // rows:
            console.print(f"{reached:,} / {rows:,} 行 rows", markup=False)

    return advance


def summary(done: Screened, out: str, manifest: Path) -> dict[str, Any]:
    """Return how ``done`` ended, and where its files are."""
    job = done.job
    return {
        "job": job.id,
        "client": job.client,
        "purpose": job.purpose,
        "rules": job.rules,
        "asOf": job.as_of,
        "rows": job.rows,
        "counts": dict(done.progress.counts),
        "waiting": done.waiting,
        "askAgainAfter": done.again,
        "output": out,
        "manifest": str(manifest),
    }


def print_summary(told: dict[str, Any], file: IO[str]) -> None:
    """Print ``told`` as a table to ``file``."""
    code, version, _, *own = told["rules"].split(" ")
    title = f"{code} {version}, {told['asOf']}" + (f", {own[1]} 自有规则 its own overlay" if own else "")
    table = Table("结论 verdict", "行 rows", "占比 share", title=title, title_justify="left")
    for verdict in VERDICTS:
        count = told["counts"].get(verdict, 0)
        words, style = WORDS[verdict]
        share = f"{count / told['rows']:.1%}" if told["rows"] else ""
        table.add_row(f"{verdict} {words}", f"{count:,}", share, style=style if count else "dim")
    console = Console(file=file, highlight=False, soft_wrap=True)
    console.print(table)
    if told["waiting"]:
        console.print(
            f"{told['waiting']:,} 行因数据源关闭未定,请于 {told['askAgainAfter']} 之后再查 "
            "rows wait for closed sources: ask again after that time, or use --wait",
            markup=False,
        )
    for name, words in (("output", "结果 written"), ("manifest", "签名清单 signed manifest")):
        where = "标准输出 standard output" if told[name] == "-" else told[name]
        console.print(f"{words}: {where}", markup=False)
