"""What a source file may say: one frozen Struct per kind of source, unknown keys refused.

A source file is data for people of a department to read and sign, so it stays dull: no expressions, includes,
inheritance or templates. Every name used here is explained in `config/README.md`.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from connectors.selection import GraphqlConstant, GraphqlName, GraphqlPath, GraphqlType

Scheme = Literal[
    "USCC",
    "ORG_CODE",
    "REG_NO",
    "TAX_NO",
    "NAME",
    "CUSTOMS_CODE",
    "INSTITUTION_CERT",
    "SOCIAL_ORG_CERT",
    "UNIT_NO",  # of a unit that pays social insurance
    "UTILITY_ACCOUNT",
    "PRIPID",
    "PERSON",
]
"""Identifier schemes a source can be asked by; PRIPID and PERSON are internal keys that never leave the gateway."""

ValueType = Literal[
    "text",
    "code",  # a source code through `codes`
    "code_list",  # several codes in one column, separated by `;` `；` `,` `，` `、`
    "date",
    "datetime",
    "month",
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
    "masked_name",  # of a private person: the first character
    "masked_phone",  # the first 3 and the last 4 digits
    "masked_address",  # down to the township or street
    "birth_year",  # of a date of birth the year alone
    "person_key",  # a personal number used only as an internal key to follow a link
]

Disclosure = Literal["PUBLIC", "GOV", "GOV_CONDITIONAL", "CONSENT", "OWNER"]
SubjectKind = Literal[
    "ENTERPRISE",
    "INDIVIDUAL_BUSINESS",
    "FARMER_COOPERATIVE",
    "RURAL_COLLECTIVE",
    "SOCIAL_ORGANIZATION",
    "PUBLIC_INSTITUTION",
    "GOVERNMENT_BODY",
    "MASS_ORGANIZATION",
    "LEGAL_SERVICE_BODY",
    "OTHER",
]
Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*\Z", description="a name in lower-case letters, digits and `_`")]
Text = Annotated[str, Meta(min_length=1, description="a text that is not empty")]
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
Hours = Annotated[str, Meta(pattern=rf"^{_CLOCK}-{_CLOCK}\Z", description="two clock times, e.g. `23:30-05:30`")]
_DAY = r"([1-9]|[12][0-9]|3[01])"
Days = Annotated[str, Meta(pattern=rf"^{_DAY}-{_DAY}\Z", description="two days of the month, e.g. `1-3`")]
Variable = Annotated[
    str,
    Meta(
        pattern=r"^[A-Z][A-Z0-9_]*\Z",
        description="the name of an environment variable: upper-case letters, digits and `_`",
    ),
]
"""Keys that end in `_env` hold one: secrets and addresses are named in a source file, never written there."""
PositiveInt = Annotated[int, Meta(ge=1)]
PositiveFloat = Annotated[float, Meta(gt=0)]


class Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything in a source file."""


class CurrencySpec(Strict, frozen=True, kw_only=True):
    """The column that says the currency of an amount; an amount whose currency is not listed is MISREAD."""

    column: Text
    codes: dict[str, Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z", description="a currency of ISO 4217, e.g. `CNY`")]]
    """Source code -> ISO 4217, e.g. `156` -> `CNY`; `""` says what a blank stands for."""


class FieldSpec(Strict, frozen=True, kw_only=True):
    """One field of an entity at one source: where it stands, how it reads, who may see it.

    It has a ``column`` and its ``type``, or a ``value``: then it is a constant of the table and costs no column.
    """

    column: Text | None = None
    type: ValueType = "text"
    value: Text | None = None
    """As answers show it; the loader completes ``type`` and ``codes``."""
    scope: Text
    disclosure: Disclosure = "PUBLIC"
    approval: bool = False
    """Whether the owner must approve each department that sees it (`config/policies/`); only for GOV_CONDITIONAL."""
    codes: dict[str, str] | None = None
    """Source code -> enum value, for `code` and `code_list` (for `boolean`, if need be: `true` or `false`); a code that
    is not listed is MISREAD."""
    blank: list[str] = []
    """What this source writes where there is nothing, besides what every source may write (`connectors.values`)."""
    currency: CurrencySpec | None = None
    """Only for `yuan` and `wan_yuan`, which then are the unit and ten thousand units of that currency."""


class KeySpec(Strict, frozen=True, kw_only=True):
    """How the source is asked by one identifier scheme."""

    column: Text
    form: Literal["upper", "lower", "hyphenated"] = "upper"
    """How the source writes the code: `91…`, `91…` in lower case, or `TJ000001-9`."""


class AsOf(Strict, frozen=True, kw_only=True):
    """The column that tells when the department last touched a record."""

    column: Text
    type: Literal["date", "datetime"] = "datetime"


class Tombstone(Strict, frozen=True, kw_only=True):
    """Rows that the department deleted but still sends: never shown."""

    column: Text
    values: list[str]


class RecordsOf(Strict, frozen=True, kw_only=True):
    """Which department decided each record of a table that holds those of several.

    A department that holds `records.<source>` reads its own ones whole.
    """

    column: Text
    departments: dict[Name, Annotated[list[Text], Meta(min_length=1)]]
    """Code of the department -> what stands in the column for it."""


class EntitySpec(Strict, frozen=True, kw_only=True):
    """What every kind of source says of a part: one table of an entity, under the entity's name or `Entity_suffix`."""

    title: Text | None = None
    """Name of the table in Chinese, where the source has several of the same entity."""
    keys: dict[Scheme, KeySpec]
    record_key: list[Text]
    """Columns that together find this record again at the department."""
    record_key_internal: bool = False
    """The record key is for the department alone: everybody else, auditors included, sees a digest of it."""
    fields: dict[str, FieldSpec]
    as_of: AsOf | None = None
    tombstone: Tombstone | None = None
    subject_kinds: list[SubjectKind] = []
    """Kinds of subjects that this table has records of, where it has fewer than its source."""
    records_of: RecordsOf | None = None
    also_by: list[Scheme] = []
    """Schemes of `keys` under which rows of the same subject stand when the first key column is blank, or that the same
    column holds too (sql, rest and file only)."""


class SqlEntity(EntitySpec, frozen=True, kw_only=True):
    """An entity in a table or view; ``where`` holds constant conditions (column -> value)."""

    table: Text
    where: dict[str, str] = {}


class RestEntity(EntitySpec, frozen=True, kw_only=True):
    """An entity behind an HTTP JSON interface."""

    path: str
    method: Literal["GET", "POST"] = "GET"
    key_parameter: Text
    """Query parameter (GET) or body member (POST) that takes the key, or the keys joined by comma / as a list."""
    also_parameters: dict[Scheme, Text] = {}
    """Scheme -> parameter that takes a further identifier of the subject beside the key, where one key is a call."""
    items: str
    """Dotted path of the list of rows in the answer, e.g. `data.list`."""
    page_parameter: str | None = None
    page_size: PositiveInt | None = None
    """Rows a full page has: pages are read until one is shorter, or holds nothing new."""


class SoapEntity(EntitySpec, frozen=True, kw_only=True):
    """An entity behind a SOAP operation."""

    operation: Text
    key_element: Text
    items: str
    """Dotted path of the repeated element in the answer."""


class GraphqlEntity(EntitySpec, frozen=True, kw_only=True):
    """An entity behind a root field of a GraphQL platform.

    Columns are dotted paths of response fields from a row on (`decision.docNo`), or, after a `/`, from the root field's
    value on (`/subject.uscc`): for what stands above the rows.
    """

    field: GraphqlName
    key_argument: GraphqlName
    key_type: GraphqlType
    """Type of the variable that takes the key, or as a list the keys."""
    items: GraphqlPath
    """Dotted path from the root field's value to the rows; lists on the way are flattened. Empty: the value itself."""
    single: bool = False
    """A subject has at most one record: the path leads to one object, or to null, and not to a list."""
    arguments: dict[str, GraphqlConstant] = {}
    """Further arguments of the root field, each a constant as GraphQL writes it."""
    page_argument: GraphqlName | None = None
    page_size: PositiveInt | None = None
    """Rows a full page has: pages are read until one is shorter, or holds nothing new."""
    status: Text | None = None
    """The column in which the platform says whether its answer is whole, when it asks others itself."""
    status_ok: list[str] = []
    """What stands there when it is; under anything else the answer is not complete."""


class FileEntity(EntitySpec, frozen=True, kw_only=True):
    """An entity in files that a department drops: the newest file of ``pattern`` supersedes the others."""

    pattern: Text
    """Pattern of the names; of the folders named before a `/`, the latest counts: `????Q?/欠税公告*.csv`."""
    supersedes_mark: Text | None = None
    """What stands in the name of a corrected reissue, e.g. `(更正)`: it supersedes the original, however old it is."""
    sheet: Text | None = None
    """Name or pattern of the sheet in a workbook; the first that is to be seen if not given."""
    header_line: PositiveInt = 1
    header_lines: PositiveInt = 1
    """Lines that the header of a workbook's sheet has: the names in a column are joined by `/`."""
    footer_marks: list[str] = []
    """A row whose first cell starts with one of these is not data (totals, signatures, notes)."""


class Signature(Strict, frozen=True, kw_only=True):
    """Requests signed with HMAC-SHA256 over method, path, timestamp and body."""

    key_id_env: Variable
    secret_env: Variable


class Header(Strict, frozen=True, kw_only=True):
    """A header of every request by which the department knows, or logs, who asks."""

    name: Annotated[
        str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9-]*\Z", description="the name of an HTTP header, e.g. `X-Audit-Unit`")
    ]
    value_env: Variable


class Session(Strict, frozen=True, kw_only=True):
    """A SOAP header element that carries a session token."""

    element: str
    token_env: Variable


class SourceBase(Strict, frozen=True, kw_only=True):
    """What every source file says."""

    name: Name
    department: Name
    title: Text
    """Name of the system in Chinese."""
    contact: Text
    timeout_seconds: PositiveFloat
    batch_size: PositiveInt
    concurrency: PositiveInt
    calls_per_second: PositiveFloat | None = None
    quiet_hours: Hours | None = None
    """Local time (Asia/Shanghai) in which the department does not want to be asked, e.g. `23:30-05:30`."""
    quiet_days: Days | None = None
    """Days of every month, the last one included, on which it is not to be asked at all, e.g. `1-3`, or `30-2`."""
    cost: PositiveInt = 1
    """Weight of one call in a query's cost."""
    update_cycle: str = "实时"
    subject_kinds: list[SubjectKind] = []
    """Kinds of subjects that this source has records of; none given: of all kinds."""
    since_year: int | None = None
    """First year covered; nothing earlier is on record here."""


class SqlSource(SourceBase, frozen=True, kw_only=True, tag_field="kind", tag="sql"):
    """A database of the department, or its front-end machine, read-only. ``url_env`` names a SQLAlchemy async URL."""

    url_env: Variable
    entities: dict[str, SqlEntity]
    schema_name: str | None = None


class RestSource(SourceBase, frozen=True, kw_only=True, tag_field="kind", tag="rest"):
    """An HTTP JSON interface; ``url_env`` names its base URL."""

    url_env: Variable
    entities: dict[str, RestEntity]
    signature: Signature | None = None
    header: Header | None = None
    status: str | None = None
    """Dotted path of the status code in the answer, when faults come as HTTP 200."""
    status_ok: list[str] = []
    """Codes of a good answer; others are read like HTTP statuses: 4xx rejected, anything else a failure."""


class SoapSource(SourceBase, frozen=True, kw_only=True, tag_field="kind", tag="soap"):
    """A SOAP 1.1 interface; ``wsdl`` is a file beside the source file, ``url_env`` its endpoint."""

    url_env: Variable
    wsdl: Text
    entities: dict[str, SoapEntity]
    encoding: str = "utf-8"
    session: Session | None = None
    status: str | None = None
    """Dotted path of the status code in the answer, and what it means below: faults as HTTP 200."""
    status_ok: list[str] = []
    status_none: list[str] = []
    status_closed: list[str] = []
    status_rejected: list[str] = []


class GraphqlSource(SourceBase, frozen=True, kw_only=True, tag_field="kind", tag="graphql"):
    """A GraphQL platform, such as that of the level above; ``url_env`` names its endpoint."""

    url_env: Variable
    entities: dict[str, GraphqlEntity]
    token_env: Variable | None = None
    """Names the bearer token."""


class FileSource(SourceBase, frozen=True, kw_only=True, tag_field="kind", tag="file"):
    """Files in a folder; ``folder_env`` names it."""

    folder_env: Variable
    entities: dict[str, FileEntity]
    encoding: str = "utf-8"
    format: Literal["csv", "xlsx"] = "csv"


SourceSpec = SqlSource | RestSource | SoapSource | GraphqlSource | FileSource
AnyEntity = SqlEntity | RestEntity | SoapEntity | GraphqlEntity | FileEntity
