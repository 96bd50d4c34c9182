"""What the commands of an audit tell: the fields that they ask for, and how a person sees them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from connectors.errors import printable

Selection = Mapping[str, Any]
"""Fields of the schema, each with those below it."""


def _fields(names: str) -> dict[str, Any]:
    return {name: {} for name in names.split()}


TRAIL: Final[Selection] = {
    "entries": {
        **_fields(
            "receipt index at kind client department purpose case consent operationHash operationName subjects "
            "outcome code count policyVersion catalogueVersion responseDigest elapsedMs"
        ),
        "uses": {
            **_fields("source department entity fields calls records misread mapping asOf elapsedMs digest"),
            "statuses": _fields("status count"),
        },
        "denied": _fields("field reason"),
        "withheld": _fields("rule basis count"),
        "changes": _fields("what name before after"),
    },
    "pageInfo": _fields("hasNextPage endCursor"),
}
STATS: Final[Selection] = {
    **_fields("entries computedFrom leftOut"),
    "groups": _fields("key answers subjects records denials refusals"),
}


def written(selection: Selection) -> str:
    """Return ``selection`` as a document has it."""
    return "{ " + " ".join(f"{name} {written(below)}" if below else name for name, below in selection.items()) + " }"


def plain(value: Any, selection: Selection) -> Any:
    """Return of ``value`` what ``selection`` names, as the gateway would answer it."""
    if not selection or value is None:
        return list(value) if isinstance(value, tuple) else value
    if isinstance(value, Sequence):
        return [plain(each, selection) for each in value]
    return {name: plain(getattr(value, _attribute(name)), below) for name, below in selection.items()}


def print_trail(console: Console, told: Mapping[str, Any]) -> None:
    """Print a page of the trail for people."""
    headings = ("时间 at", "谁 who", "目的 what for", "结果 outcome", "查询 asked", "被拒 denied", "回执 receipt")
    table = Table(*(Column(each, overflow="fold") for each in headings))
    for each in told["entries"]:
        asked = sorted({f"{use['source']}: {use['entity']}" for use in each["uses"]})
        denied = [f"{one['field']}: {one['reason']}" for one in each["denied"]]
        denied += [f"withheld by {one['rule']}: {one['count']}" for one in each["withheld"]]
        cells = (
            each["at"],
            "\n".join(filter(None, (each["client"] or "-", each["department"]))),
            "\n".join(filter(None, (each["purpose"], each["case"]))),
            "\n".join(filter(None, (each["kind"], each["outcome"], each["code"]))),
            "\n".join(asked),
            "\n".join(denied),
            each["receipt"],
        )
        table.add_row(*(escape(printable(cell).replace("\\n", "\n")) for cell in cells))
    console.print(table if told["entries"] else "没有条目 no entry fits")
    if told["pageInfo"]["hasNextPage"]:
        console.print(f"--after {told['pageInfo']['endCursor']}", markup=False, soft_wrap=True)


def print_stats(console: Console, told: Mapping[str, Any]) -> None:
    """Print the figures of a period for people."""
    names = ("key", "answers", "subjects", "records", "denials", "refusals")
    table = Table(*(Column(each, overflow="fold") for each in names))
    for each in told["groups"]:
        table.add_row(*(escape(printable("" if each[name] is None else str(each[name]))) for name in names))
    console.print(table)
    console.print(f"{told['entries']} entries, computed from {told['computedFrom']}; not listed: {told['leftOut']}")


def _attribute(name: str) -> str:
    """Return the attribute behind a field of the schema."""
    if name == "case":
        return "case_number"
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)
