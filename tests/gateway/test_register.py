"""A register finds who may ask, and its version stands for all that it holds."""

from dataclasses import fields, replace
from typing import Any

import pytest

from gateway.auth import Client, FixedRegister, FollowedRegister, register_of
from gateway.auth.register import digest_of
from gateway.errors import Forbidden
from tests.gateway.tokens import BANK, authenticator, sent, sign

COURT = replace(BANK, id="court", title="法院", suspended=True)


def test_a_suspended_client_is_not_found_and_is_not_among_all() -> None:
    register = FixedRegister({"court": COURT, "bank": BANK})
    assert register.find("bank") == BANK
    assert register.find("court") is None
    assert register.find("nobody") is None
    assert register.all() == (BANK,)


@pytest.mark.parametrize("field", [each.name for each in fields(Client)])
def test_the_version_changes_with_every_field_of_a_client(field: str) -> None:
    value = getattr(BANK, field)
    other: Any = {str: "x", bool: True, frozenset: frozenset({"x"}), tuple: ("x",), type(None): "x"}.get(type(value))
    assert digest_of({"bank": replace(BANK, **{field: other})}) != digest_of({"bank": BANK})


def test_the_version_is_that_of_the_content_alone() -> None:
    assert (
        FixedRegister({"bank": BANK, "court": COURT}).version == FixedRegister({"court": COURT, "bank": BANK}).version
    )
    assert FixedRegister({"bank": BANK}).version != FixedRegister({"bank": BANK, "court": COURT}).version


def test_a_followed_register_answers_as_the_one_of_the_moment() -> None:
    now = FixedRegister({"bank": BANK})
    followed = FollowedRegister(lambda: now)
    assert (followed.find("bank"), followed.all(), followed.version) == (BANK, (BANK,), now.version)
    now = FixedRegister({})
    assert (followed.find("bank"), followed.all(), followed.version) == (None, (), now.version)


def test_a_register_is_itself_and_a_mapping_becomes_one() -> None:
    register = FixedRegister({"bank": BANK})
    assert register_of(register) is register
    assert register_of({"bank": BANK}).find("bank") == BANK


async def test_a_token_of_a_suspended_client_is_refused_though_it_was_good() -> None:
    desk = authenticator(BANK)
    token = sign()
    assert (await desk.identify(sent(token=token))).client == "bank"
    later = desk.knowing({"bank": replace(BANK, suspended=True)})
    with pytest.raises(Forbidden, match="client `bank` is not registered at this gateway, or is suspended"):
        await later.identify(sent(token=token))
    assert (await desk.identify(sent(token=token))).client == "bank", "the one before knows whom it knew"
