"""The header `Credit-Consent`: ids and tokens with commas between, within limits; refusals quote nothing."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.consents import references
from gateway.consents.references import MAXIMUM_REFERENCES, is_recorded
from gateway.errors import BadRequest
from gateway.ledger import new_receipt
from tests.gateway.consents import sign

ID, OTHER = new_receipt(), new_receipt()
TOKEN = sign()


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (ID, (ID,)),
        (f"{ID},{OTHER}", (ID, OTHER)),
        (f" {ID} ,\t{TOKEN} ", (ID, TOKEN)),
        (f"{ID}, {ID}", (ID,)),
        (",".join(new_receipt() for _ in range(MAXIMUM_REFERENCES)), None),
    ],
    ids=map(str, count()),  # the values are others at every run
)
def test_what_is_named(header: str, named: tuple[str, ...] | None) -> None:
    assert references(header) == named or (named is None and len(references(header)) == MAXIMUM_REFERENCES)


@pytest.mark.parametrize(
    "header",
    [
        "",
        ",",
        f"{ID},",
        f"{ID};{OTHER}",
        f"{ID} {OTHER}",
        ID.upper(),
        ID[:-1],
        ID + "0",
        "0" * 32,
        f"{ID[:8]}-{ID[8:12]}-{ID[12:16]}-{ID[16:20]}-{ID[20:]}",
        "230881198501010013",
        "授权".encode().decode("latin-1"),
        f"{ID}\n",
        f"{ID}\u2028",
        "a.b",
        "a.b.c.d",
        "a.b.c=",
        "..",
        f"Bearer {TOKEN}",
        "a." + "b" * 4095 + ".c",
        ",".join(new_receipt() for _ in range(MAXIMUM_REFERENCES + 1)),
        " " * 16_385,
    ],
    ids=map(str, count()),  # the values are others at every run
)
def test_what_is_no_reference_is_refused_without_a_quote(header: str) -> None:
    with pytest.raises(BadRequest) as raised:
        references(header)
    assert "230881" not in raised.value.message
    assert ID not in raised.value.message


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        named = references(text)
    except BadRequest:
        return
    assert named
    assert all(is_recorded(each) or each.count(".") == 2 for each in named)
