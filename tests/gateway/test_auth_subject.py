"""Who a registered client is beyond its name: an exact unified code, and the plain name of a file."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth.subject import identity_mistakes, is_own_subject

USCC = "91230881TJ0000019A"


@pytest.mark.parametrize(
    ("client", "wrong"),
    [
        ({}, []),
        ({"subject": USCC, "keys_file": "bank.json"}, []),
        ({"subject": USCC[:-1] + "B"}, ["subject"]),
        ({"subject": USCC.lower()}, ["subject"]),
        ({"subject": f"{USCC[:8]}-{USCC[8:]}"}, ["subject"]),
        ({"subject": ""}, ["subject"]),
        ({"keys_file": ""}, ["keys_file"]),
        ({"keys_file": "../bank.json"}, ["keys_file"]),
        ({"keys_file": "/etc/bank.json"}, ["keys_file"]),
        ({"keys_file": "..\\bank.json"}, ["keys_file"]),
        ({"keys_file": ".bank.json", "subject": "x"}, ["subject", "keys_file"]),
    ],
)
def test_what_is_wrong(client: dict[str, Any], wrong: list[str]) -> None:
    found = list(identity_mistakes(client))
    assert [key for key, _ in found] == wrong
    assert not any(client[key] and client[key] in message for key, message in found)


@given(st.text(max_size=20))
def test_no_other_writing_of_a_code_is_taken(text: str) -> None:
    assert not is_own_subject(text) or (len(text) == 18 and text.isascii() and text == text.upper())
