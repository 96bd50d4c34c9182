"""What a source file may say: one frozen Struct per kind of source, unknown keys refused.

A source file is data for people of a department to read and sign, so it stays dull: no expressions, includes,
inheritance or templates. Every name used here is explained in `config/README.md`.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Scheme = Literal["USCC", "ORG_CODE", "REG_NO", "TAX_NO", "PRIPID", "PERSON"]
"""Identifier schemes a source can be asked by; PRIPID and PERSON are internal keys that never leave the gateway."""

ValueType = Literal[
    "text",
    "code",  # a source code through `codes`
    "code_list",  # several codes in one column, separated by `;` `；` `,` `、`
    "date",
    "datetime",
    "year",
    "integer",
    "decimal",
    "yuan",  # amount in CNY
    "wan_yuan",  # amount in ten thousand CNY, shown in CNY
    "boolean",
    "uscc",
    "org_code",
    "identifier",  # any other code: trimmed, upper case
    "masked_id",  # a personal number, masked by the connector before anything else sees it
    "person_key",  # a personal number used only as an internal key to follow a link
]

Disclosure = Literal["PUBLIC", "GOV", "GOV_CONDITIONAL", "CONSENT", "OWNER"]
Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$")]
PositiveInt = Annotated[int, Meta(ge=1)]
PositiveFloat = Annotated[float, Meta(gt=0)]


class Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything in a source file."""


class FieldSpec(Strict, frozen=True, kw_only=True):
    """One field of an entity at one source: where it stands, how it reads, who may see it."""

    column: str
    type: ValueType
    scope: str
    disclosure: Disclosure = "PUBLIC"
    codes: dict[str, str] | None = None
    """Source code -> enum value, for `code` and `code_list`; a code that is not listed is MISREAD."""


class KeySpec(Strict, frozen=True, kw_only=True):
    """How the source is asked by one identifier scheme."""

    column: str
    form: Literal["upper", "lower", "hyphenated"] = "upper"
    """How the source writes the code: `91…`, `91…` in lower case, or `TJ000001-9`."""


class AsOf(Strict, frozen=True, kw_only=True):
    """The column that tells when the department last touched a record."""

    column: str
    type: Literal["date", "datetime"] = "datetime"


class Tombstone(Strict, frozen=True, kw_only=True):
    """Rows that the department deleted but still sends: never shown."""

    column: str
    values: list[str]


class EntitySpec(Strict, frozen=True, kw_only=True):
    """What every kind of source says of an entity."""

    keys: dict[Scheme, KeySpec]
    record_key: list[str]
    """Columns that together find this record again at the department."""
    fields: dict[str, FieldSpec]
    as_of: AsOf | None = None
    tombstone: Tombstone | None = None
    also_by: list[Scheme] = []
    """Schemes of `keys` under which rows of the same subject stand when the first key column is blank (sql only)."""


class SqlEntity(EntitySpec, frozen=True, kw_only=True):
    """An entity in a table or view; ``where`` holds constant conditions (column -> value)."""

    table: str
    where: dict[str, str] = {}


class RestEntity(EntitySpec, frozen=True, kw_only=True):
    """An entity behind an HTTP JSON interface."""

    path: str
    method: Literal["GET", "POST"] = "GET"
    key_parameter: str
    """Query parameter (GET) or body member (POST) that takes the key, or the keys joined by comma / as a list."""
    items: str
    """Dotted path of the list of rows in the answer, e.g. `data.list`."""
    page_parameter: str | None = None
    page_size: PositiveInt | None = None
    """Rows a full page has: pages are read until one is shorter, or holds nothing new."""


class SoapEntity(EntitySpec, frozen=True, kw_only=True):
    """An entity behind a SOAP operation."""

    operation: str
    key_element: str
    items: str
    """Dotted path of the repeated element in the answer."""


class FileEntity(EntitySpec, frozen=True, kw_only=True):
    """An entity in files that a department drops: the newest file of ``pattern`` supersedes the others."""

    pattern: str
    header_line: PositiveInt = 1
    footer_marks: list[str] = []
    """A row whose first cell starts with one of these is not data (totals, signatures)."""


class Signature(Strict, frozen=True, kw_only=True):
    """Requests signed with HMAC-SHA256 over method, path, timestamp and body."""

    key_id_env: str
    secret_env: str


class Session(Strict, frozen=True, kw_only=True):
    """A SOAP header element that carries a session token."""

    element: str
    token_env: str


class SourceBase(Strict, frozen=True, kw_only=True):
    """What every source file says."""

    name: Name
    department: Name
    title: str
    """Name of the system in Chinese."""
    contact: str
    timeout_seconds: PositiveFloat
    batch_size: PositiveInt
    concurrency: PositiveInt
    calls_per_second: PositiveFloat | None = None
    quiet_hours: Annotated[str, Meta(pattern=r"^\d\d:\d\d-\d\d:\d\d$")] | None = None
    """Local time (Asia/Shanghai) in which the department does not want to be asked, e.g. `23:30-05:30`."""
    cost: PositiveInt = 1
    """Weight of one call in a query's cost."""
    update_cycle: str = "实时"
    since_year: int | None = None
    """First year covered; nothing earlier is on record here."""


class SqlSource(SourceBase, frozen=True, kw_only=True, tag_field="kind", tag="sql"):
    """A database of the department, or its front-end machine, read-only. ``url_env`` names a SQLAlchemy async URL."""

    url_env: str
    entities: dict[str, SqlEntity]
    schema_name: str | None = None


class RestSource(SourceBase, frozen=True, kw_only=True, tag_field="kind", tag="rest"):
    """An HTTP JSON interface; ``url_env`` names its base URL."""

    url_env: str
    entities: dict[str, RestEntity]
    signature: Signature | None = None


class SoapSource(SourceBase, frozen=True, kw_only=True, tag_field="kind", tag="soap"):
    """A SOAP 1.1 interface; ``wsdl`` is a file beside the source file, ``url_env`` its endpoint."""

    url_env: str
    wsdl: str
    entities: dict[str, SoapEntity]
    encoding: str = "utf-8"
    session: Session | None = None
    status: str | None = None
    """Dotted path of the status code in the answer, and what it means below: faults as HTTP 200."""
    status_ok: list[str] = []
    status_none: list[str] = []
    status_closed: list[str] = []
    status_rejected: list[str] = []


class FileSource(SourceBase, frozen=True, kw_only=True, tag_field="kind", tag="file"):
    """Files in a folder; ``folder_env`` names it."""

    folder_env: str
    entities: dict[str, FileEntity]
    encoding: str = "utf-8"
    format: Literal["csv"] = "csv"


SourceSpec = SqlSource | RestSource | SoapSource | FileSource
AnyEntity = SqlEntity | RestEntity | SoapEntity | FileEntity
