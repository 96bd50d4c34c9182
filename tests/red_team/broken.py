"""Departments whose systems fail in their ugliest ways: each kind of source, and what it would give away."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from connectors.spec import FileSource, SourceSpec, SqlSource
from gateway.demo.listen import Answered, Asked
from tests.servers import free_port

SECRET: Final = "hunter2"
"""Stands in addresses, paths, pages and messages of these departments; no caller may read it."""
TRACE: Final = (
    'Traceback (most recent call last):\n  File "/srv/app/court.py", line 9, in ask\n    SELECT cerno FROM e_baseinfo\n'
    f"OperationalError: password={SECRET} at 10.0.0.7:1521"
)
GARBAGE: Final = b"\xff\x00<{" + TRACE.encode()
OTHER_TABLE: Final = "甲,乙,丙\n一,二,三\n四,五,六\n七,八,九\n"
MODES: Final = ("gone", "ugly", "drifted")


def environment(
    mode: str, sources: Iterable[SourceSpec], sound: Mapping[str, str], url: str, folder: Path
) -> dict[str, str]:
    """Return the variables of ``sources``, all broken as ``mode`` says; ``sound`` holds what leads to sound ones.

    Interfaces are to be found at ``url``, files and databases in ``folder``.
    """
    told = dict(sound)
    for spec in sources:
        place = folder / SECRET / spec.name
        place.mkdir(parents=True)
        if isinstance(spec, FileSource):
            told[spec.folder_env] = str(_folder(mode, spec, place))
        elif isinstance(spec, SqlSource) and sound[spec.url_env].startswith("sqlite"):
            told[spec.url_env] = f"sqlite+aiosqlite:///{_database(mode, spec, sound[spec.url_env], place)}"
        elif isinstance(spec, SqlSource):
            told[spec.url_env] = _server(mode, sound[spec.url_env])
        else:
            told[spec.url_env] = f"{_nowhere() if mode == 'gone' else url}/{SECRET}"
    return told


def _nowhere() -> str:
    return f"http://127.0.0.1:{free_port()}"


def _folder(mode: str, spec: FileSource, place: Path) -> Path:
    if mode == "gone":
        return place / "nowhere"
    for entity in spec.entities.values():
        path = place / entity.pattern.replace("????Q?", "2026Q3").replace("*", "202610")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(GARBAGE if mode == "ugly" else OTHER_TABLE.encode())
    return place


def _database(mode: str, spec: SqlSource, sound: str, place: Path) -> Path:
    path = place / "held.sqlite"
    if mode == "ugly":
        path.write_bytes(TRACE.encode() * 100)
    elif mode == "drifted":
        original = sqlite3.connect(sound.partition("///")[2])
        with closing(original), closing(sqlite3.connect(path)) as copy, copy:
            original.backup(copy)
            real = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            for statement in _renamings(spec, real):
                copy.execute(statement)
    return path if mode != "gone" else place / "nowhere" / "held.sqlite"


def _renamings(spec: SqlSource, real: Collection[str]) -> Iterator[str]:
    """Yield what renames every column but those by which records are found and told apart; the last table goes.

    ``real`` are the tables that are no views.
    """
    tables: dict[str, dict[str, None]] = {}
    for entity in spec.entities.values():
        kept = {*entity.record_key, *(key.column for key in entity.keys.values()), *entity.where}
        columns = [field.column for field in entity.fields.values() if field.column and field.column not in kept]
        tables.setdefault(entity.table, {}).update(dict.fromkeys(columns))
    *others, last = (table for table in tables if table in real)
    for table in others:
        yield from (f'ALTER TABLE "{table}" RENAME COLUMN "{name}" TO "{name}_old"' for name in tables[table])
    yield f'DROP TABLE "{last}"'


def _server(mode: str, sound: str) -> str:
    parts = urlsplit(sound)
    user, host = f"{parts.username}:{parts.password}", f"{parts.hostname}:{parts.port}"
    match mode:
        case "gone":
            host = f"127.0.0.1:{free_port()}"
        case "ugly":
            user = f"{parts.username}:{SECRET}"
        case _:
            path = "/information_schema" if parts.scheme.startswith("mariadb") else "/template1"
            return urlunsplit(parts._replace(path=path))
    return urlunsplit(parts._replace(netloc=f"{user}@{host}"))


def answer(asked: Asked) -> Answered:
    """Return what an application server shows when it fails: more to those who ask in XML, JSON to all others."""
    if asked.body.lstrip().startswith(b"<"):
        fault = f"<faultcode>soap:Server</faultcode><faultstring>{TRACE.replace('<', '')}</faultstring>"
        body = f"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault>{fault}"
        return Answered(f"{body}</s:Fault></s:Body></s:Envelope>".encode(), 500, "text/xml")
    return Answered(TRACE.encode(), 500, "text/html")


def strange(asked: Asked) -> Answered:
    """Return a well-formed answer of another interface, with an error that says too much."""
    if asked.body.lstrip().startswith(b"<"):
        return Answered(f"<a><!-- {SECRET} --><b>{SECRET}</b></a>".encode(), 200, "text/xml")
    return Answered(b'{"code": 9, "msg": "%s", "errors": [{"message": "%s"}], "data": null}' % ((SECRET.encode(),) * 2))


def words(spec: SourceSpec) -> set[str]:
    """Return what a department calls its tables and columns, where that is no word of ours."""
    found: set[str] = set()
    for entity in spec.entities.values():
        anything: Any = entity
        found |= {field.column for field in entity.fields.values() if field.column}
        found |= {key.column for key in entity.keys.values()} | set(entity.record_key)
        found |= {anything.table} if isinstance(spec, SqlSource) else set()
    ours = {name for entity in spec.entities.values() for name in entity.fields}
    return {word for word in found if len(word) > 2 and word not in ours}
