"""The tables of a source file as the text that people of a department read and sign: dull TOML with comments.

Rules of this file: tables in, text out; what is written reads back as the same tables.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from connectors.spec import SourceBase
from gateway.kit.pieces import keys_of
from gateway.kit.words import Words, entity_words, field_words

_FIRST: Final = ("name", "department", "title", "contact", "kind")
_DELETE: Final = "\x7f"
_RULE: Final = 116
_LIMITS: Final = """\
# 时限、一次问多少个主体、同时几次调用:与部门商定后再改。 Limits: agreed with the department before they are raised."""
_CODES: Final = """\
# 代码表:左边是来源的写法,右边是模式里的名字;表外的写法读作 MISREAD,请与部门逐条核对。
# Left what the source writes, right the name in the schema; what is not listed is MISREAD. To be gone through."""


def source_text(tables: Mapping[str, Any]) -> str:
    """Return the source file that says ``tables``."""
    entities: Mapping[str, Any] = tables.get("entities", {})
    blocks = ["\n".join(_opening(tables)), "\n".join(_source(tables))]
    for part, entity in entities.items():
        blocks += _entity(part, entity)
    return "\n\n".join(blocks) + "\n"


def written(value: Any) -> str:
    """Return one value as TOML."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False).replace(_DELETE, "\\u007f")
        case list() | tuple():
            return f"[{', '.join(map(written, value))}]"
        case Mapping():
            return f"{{ {', '.join(f'{key_text(key)} = {written(each)}' for key, each in value.items())} }}"
        case _:
            return str(value)


def key_text(key: str) -> str:
    """Return a key as TOML: bare where that will do."""
    bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if bare else written(key)


def _opening(tables: Mapping[str, Any]) -> Iterator[str]:
    words = [entity_words(part) for part in tables.get("entities", {})]
    yield f"# {_line(tables, 'title')}:{'、'.join(dict.fromkeys(each.zh for each in words))}。"
    yield f"# Holds: {'; '.join(dict.fromkeys(each.en for each in words))}."
    yield "#"
    yield f"# 联系 whom to call:{_line(tables, 'contact')}"
    yield "# Oddities of the system 有什么怪处"
    yield "#   * 尚未记录:接入时发现的,一条一条写在这里。 None noted yet: write down here what is found, one a line."


def _line(tables: Mapping[str, Any], key: str) -> str:
    """Return what stands at ``key`` as part of a comment: one line, nothing that cannot be printed."""
    return "".join(each for each in " ".join(str(tables.get(key, "")).split()) if each.isprintable())


def _source(tables: Mapping[str, Any]) -> Iterator[str]:
    common = keys_of(SourceBase)
    own = [key for key in tables if key not in {*common, "kind", "entities"}]
    tabled = [key for key in own if isinstance(tables[key], Mapping)]
    for key in (*_FIRST, *own):
        if key in tables and key not in tabled:
            yield f"{key} = {written(tables[key])}"
    yield _LIMITS
    for key in common:
        if key in tables and key not in _FIRST:
            yield f"{key} = {written(tables[key])}"
    for key in tabled:
        yield f"{key} = {written(tables[key])}"


def _entity(part: str, entity: Mapping[str, Any]) -> Iterator[str]:
    """Yield the blocks of one part: what it is, its fields, and a table for each field with codes."""
    title = f"# ---- {_line(entity, 'title') or entity_words(part).zh} "
    yield title + "-" * max(_RULE - len(title), 4)
    place = f"entities.{key_text(part)}"
    yield "\n".join([f"[{place}]", *_about(entity)])
    fields: Mapping[str, Any] = entity.get("fields", {})
    words = field_words(part)
    plain = {name: spec for name, spec in fields.items() if "codes" not in spec}
    yield "\n".join([f"[{place}.fields]", *_aligned(plain, words)])
    for name, spec in fields.items():
        if name not in plain:
            yield "\n".join(_with_codes(f"{place}.fields.{key_text(name)}", spec, words.get(name)))


def _about(entity: Mapping[str, Any]) -> Iterator[str]:
    for key, value in entity.items():
        if key == "keys":
            yield from (f"keys.{key_text(scheme)} = {written(spec)}" for scheme, spec in value.items())
        elif key != "fields":
            yield f"{key} = {written(value)}"


def _aligned(fields: Mapping[str, Any], words: Mapping[str, Words]) -> Iterator[str]:
    width = max((len(key_text(name)) for name in fields), default=0)
    for name, spec in fields.items():
        said = f"   # {words[name].zh}" if name in words else ""
        yield f"{key_text(name):<{width}} = {written(spec)}{said}"


def _with_codes(place: str, spec: Mapping[str, Any], words: Words | None) -> Iterator[str]:
    yield f"[{place}]" if words is None else f"[{place}]   # {words.zh}"
    yield from (f"{key} = {written(value)}" for key, value in spec.items() if key != "codes")
    yield f"\n{_CODES}\n[{place}.codes]"
    yield from (f"{written(code)} = {written(name)}" for code, name in spec["codes"].items())
