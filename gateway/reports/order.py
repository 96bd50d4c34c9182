"""What a client orders: a report of whom, in which form and language. Read strictly; nothing of it is in a URL."""

from typing import Any, Final, Literal, get_args

import msgspec
from msgspec import UNSET, Struct, UnsetType

from gateway.errors import BadParameters, BadRequest
from gateway.proof.json_text import JsonError, compact
from gateway.reports.words import Language
from schema.enums import IdentifierScheme

Form = Literal["json", "html", "pdf", "sd-jwt"]
MAXIMUM_BYTES: Final = 4096
MAXIMUM_VALUE: Final = 200
"""Characters of an identifier: names of organizations are the longest."""
SCHEMES: Final = frozenset(IdentifierScheme.__members__)


class Key(Struct, frozen=True, forbid_unknown_fields=True):
    """One identifier of an organization, as `SubjectKey` of the schema."""

    value: str
    scheme: str | None = None

    @property
    def variable(self) -> dict[str, Any]:
        """The key as the variable of a query."""
        return {"value": self.value} | ({} if self.scheme is None else {"scheme": self.scheme})


class Order(Struct, frozen=True, forbid_unknown_fields=True):
    """One report."""

    subject: Key
    form: Form = "json"
    language: Language | UnsetType = UNSET

    @property
    def said(self) -> Language:
        """The language of documents for readers: Chinese where none is asked for."""
        return "zh" if self.language is UNSET else self.language


def read_order(body: bytes) -> Order:
    """Return the order in a JSON body; raises `BadRequest`, `BadParameters`, which never quote the key."""
    try:
        order = msgspec.json.decode(compact(body.decode()), type=Order)
    except (UnicodeDecodeError, JsonError):
        raise BadRequest("the body is not JSON in UTF-8, or not the same to every reader") from None
    except msgspec.ValidationError:
        raise BadParameters(_FORM) from None
    if not 0 < len(order.subject.value) <= MAXIMUM_VALUE:
        raise BadParameters(f"`subject.value` is empty, or longer than {MAXIMUM_VALUE} characters")
    if order.subject.scheme is not None and order.subject.scheme not in SCHEMES:
        raise BadParameters(f"`subject.scheme` is none of {', '.join(sorted(SCHEMES))}")
    return order


_FORM: Final = (
    'an order is `{"subject": {"scheme": …, "value": …}, "form": …, "language": …}`; '
    f"`form` is one of {', '.join(get_args(Form))}, `language` one of {', '.join(get_args(Language))}"
)
