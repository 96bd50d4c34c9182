"""What a WSDL says of the operations that a source file names: read once, at start, from files alone.

zeep reads the WSDL and writes the envelope of each operation once, with a mark where the key goes. Calls then send the
envelope with the key in place of the mark, and `reply` reads what comes back. CPU of one call for three ratings,
as a multiple of a bare aiohttp POST of the same bytes (2026-11): zeep's AsyncClient over httpx2 9, zeep's own messages
over aiohttp 5, this with typed rows 2.

Terms
    wrapper   the one element in the Body of an answer, named by the operation
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from lxml import etree
from zeep import Client, Settings
from zeep.exceptions import Error as ZeepError
from zeep.proxy import ServiceProxy
from zeep.transports import Transport
from zeep.wsdl.bindings.soap import Soap11Binding, SoapOperation

from connectors.columns import columns_needed
from connectors.errors import ConfigError, Mistake
from connectors.spec import SoapEntity, SoapSource

_MARK: Final = "KEY-GOES-HERE"
_UNREADABLE: Final = (ZeepError, OSError, etree.LxmlError, LookupError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Operation:
    """How one entity is asked, and what its answer looks like; the envelope may hold a session token."""

    headers: Mapping[str, str]
    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    wrapper: str
    optional: tuple[str, ...]
    """Elements of a row that the source may leave out."""

    def envelope(self, key: str) -> bytes:
        """Return the envelope that asks for ``key``."""
        return self.before + escape(key).encode() + self.after


class NotInterface(Exception):
    """The WSDL does not hold what the source file promises; ``place`` and ``message`` are those of a `Mistake`."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


def read_operations(spec: SoapSource, environ: Mapping[str, str], folder: Path) -> dict[str, Operation]:
    """Return how each entity of ``spec`` is asked; raises `ConfigError` with every entity that cannot be."""
    try:
        client = _open(folder / spec.wsdl)
    except _UNREADABLE as error:
        raise ConfigError([Mistake(spec.wsdl, "", f"cannot be read as WSDL: {error}")]) from error
    token = {spec.session.element: environ[spec.session.token_env]} if spec.session else None
    operations: dict[str, Operation] = {}
    mistakes: list[Mistake] = []
    for name, entity in spec.entities.items():
        try:
            operations[name] = _read_operation(client, spec, entity, token)
        except NotInterface as error:
            mistakes.append(Mistake(f"{spec.name}.toml", f"entities.{name}.{error.place}", error.message))
    if mistakes:
        raise ConfigError(mistakes)
    return operations


def _open(wsdl: Path) -> Any:
    """Return zeep's client, of which only what it knows of the WSDL is used; it never speaks to the source."""
    settings = Settings(forbid_dtd=True, forbid_external=True)
    return Client(str(wsdl), transport=Transport(), settings=settings)  # type: ignore[no-untyped-call]  # half typed


def _read_operation(client: Any, spec: SoapSource, entity: SoapEntity, token: Mapping[str, str] | None) -> Operation:
    service, operation = _find(client, entity.operation)
    if operation.style != "document" or not operation.output or operation.output.body is None:
        raise NotInterface("operation", f"`{entity.operation}` is not a document/literal question with an answer")
    body = operation.output.body
    if spec.status is not None:
        _type_at(body.type, spec.status, "operation")
    optional = _optional(_type_at(body.type, entity.items, "items"), entity)
    before, after = _envelope(client, service, entity, token)
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{operation.soapaction or ""}"'}
    return Operation(headers, before, after, body.name, optional)


def _find(client: Any, name: str) -> tuple[ServiceProxy, SoapOperation]:
    known: set[str] = set()
    for service in client.wsdl.services.values():
        for port in service.ports.values():
            if isinstance(port.binding, Soap11Binding):
                operations: dict[str, SoapOperation] = port.binding.all()  # type: ignore[no-untyped-call]  # half typed
                if name in operations:
                    return client.bind(service.name, port.name), operations[name]
                known.update(operations)
    raise NotInterface(
        "operation", f"unknown operation `{name}`; known over SOAP 1.1: {', '.join(sorted(known)) or 'none'}"
    )


def _type_at(kind: Any, path: str, place: str) -> Any:
    """Return the type of the element at the dotted ``path`` under the complex type ``kind``."""
    for step in path.split("."):
        children = dict(_elements(kind))
        if step not in children:
            raise NotInterface(place, f"the answer has no element `{path}`; known: {', '.join(children)}")
        kind = children[step].type
    return kind


def _elements(kind: Any) -> Iterator[tuple[str, Any]]:
    for name, element in getattr(kind, "elements", ()):
        yield getattr(element, "name", None) or name, element


def _optional(kind: Any, entity: SoapEntity) -> tuple[str, ...]:
    """Return the elements of a row that may be left out; every column but that of the key must be an element."""
    children = dict(_elements(kind))
    keys = {key.column for key in entity.keys.values()}
    columns = set(columns_needed(entity, next(iter(entity.keys)), tuple(entity.fields))) - keys
    unknown = sorted(columns - set(children))
    if unknown:
        message = f"rows have no element `{'`, `'.join(unknown)}`; known: {', '.join(children)}"
        raise NotInterface("fields", message)
    return tuple(name for name, element in children.items() if element.is_optional)


def _envelope(
    client: Any, service: ServiceProxy, entity: SoapEntity, token: Mapping[str, str] | None
) -> tuple[bytes, bytes]:
    value: Any = _MARK
    for step in reversed(entity.key_element.split(".")):
        value = {step: value}
    if token is not None:
        value["_soapheaders"] = token
    try:
        message = client.create_message(service, entity.operation, **value)
    except _UNREADABLE as error:
        raise NotInterface("operation", f"the WSDL asks otherwise: {error}") from error
    text: bytes = etree.tostring(message, encoding="utf-8", xml_declaration=True)
    before, _, after = text.partition(_MARK.encode())
    return before, after
