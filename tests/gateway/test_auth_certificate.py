"""Certificates that proxies hand over (RFC 8705, RFC 9440): every form, and everything that is no certificate."""

from base64 import b64encode
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth import Authenticator, Issuer
from gateway.auth.certificate import FORMS, Form, Proxies, read_network
from gateway.auth.possession import Possession
from gateway.errors import Unauthenticated
from tests.gateway.certificates import certificate
from tests.gateway.proofs import JKT, proof
from tests.gateway.tokens import AUDIENCE, BANK, ISSUER, KEY, claims, fixed, sent, sign

MINE, OTHER = certificate(), certificate("other")
PROXY = "10.1.0.7"
BOUND = sign(claims(cnf={"x5t#S256": MINE.thumbprint}))


def proxies(form: Form = "rfc9440", *networks: str) -> Proxies:
    read = [read_network(text) for text in networks or ("10.1.0.0/24",)]
    return Proxies("Client-Cert", form, [each for each in read if each is not None])


def desk(known: Proxies | None) -> Authenticator:
    return Authenticator([Issuer(ISSUER, fixed(KEY))], AUDIENCE, {BANK.id: BANK}, possession=Possession("", known))


def shown(value: str) -> tuple[str, str]:
    return "Client-Cert", value


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("rfc9440", MINE.rfc9440),
        ("rfc9440", f" {MINE.rfc9440} "),
        ("pem", MINE.escaped),
        ("pem", MINE.escaped.replace("%0A", "%0D%0A")),
        ("sha256", MINE.hex),
        ("sha256", MINE.hex.upper()),
        ("sha256", ":".join(MINE.hex[at : at + 2] for at in range(0, 64, 2))),
        ("sha256", MINE.thumbprint),
        ("sha256", f"{MINE.thumbprint}="),
    ],
    ids=map(str, count()),  # the values are others at every run
)
async def test_every_form(form: Form, value: str) -> None:
    caller = await desk(proxies(form)).identify(sent(shown(value), token=BOUND, peer=PROXY))
    assert caller.client == "bank"


NO_PROXY = "no trusted proxy vouches for one"


@pytest.mark.parametrize(
    ("form", "values", "reason"),
    [
        ("rfc9440", [OTHER.rfc9440], "bound to another certificate"),
        ("pem", [OTHER.escaped], "bound to another certificate"),
        ("sha256", [OTHER.hex], "bound to another certificate"),
        ("rfc9440", [], NO_PROXY),
        ("rfc9440", [""], NO_PROXY),
        ("rfc9440", [MINE.rfc9440, MINE.rfc9440], NO_PROXY),
        ("rfc9440", [MINE.rfc9440.strip(":")], NO_PROXY),
        ("rfc9440", [f"{OTHER.rfc9440}, {MINE.rfc9440}"], NO_PROXY),
        ("rfc9440", [f":{b64encode(b'no certificate').decode()}:"], NO_PROXY),
        ("rfc9440", [MINE.escaped], NO_PROXY),
        ("rfc9440", [MINE.hex], NO_PROXY),
        ("pem", [MINE.rfc9440], NO_PROXY),
        ("pem", [MINE.escaped * 2], NO_PROXY),
        ("pem", ["%00"], NO_PROXY),
        ("pem", ["x" * 20_000], NO_PROXY),
        ("sha256", [MINE.hex[:-2]], NO_PROXY),
        ("sha256", [MINE.thumbprint[:-1]], NO_PROXY),
        ("sha256", [f"{MINE.hex}, {OTHER.hex}"], NO_PROXY),
    ],
)
async def test_what_proves_nothing(form: Form, values: list[str], reason: str) -> None:
    with pytest.raises(Unauthenticated, match=reason):
        await desk(proxies(form)).identify(sent(*map(shown, values), token=BOUND, peer=PROXY))


@pytest.mark.parametrize(
    ("known", "peer"),
    [
        (None, PROXY),
        (proxies("rfc9440", "10.1.0.8"), PROXY),
        (proxies(), "10.1.1.7"),
        (proxies(), "127.0.0.1"),
        (proxies(), "::ffff:10.1.1.7"),
        (proxies(), "testclient"),
        (proxies(), ""),
        (proxies("rfc9440", "2001:db8::/64"), PROXY),
    ],
)
async def test_from_anybody_else_the_header_is_not_looked_at(known: Proxies | None, peer: str) -> None:
    with pytest.raises(Unauthenticated, match=NO_PROXY):
        await desk(known).identify(sent(shown(MINE.rfc9440), token=BOUND, peer=peer))


@pytest.mark.parametrize(("network", "peer"), [("10.1.0.7", "::ffff:10.1.0.7"), ("2001:db8::/64", "2001:db8::7")])
async def test_a_proxy_by_its_address(network: str, peer: str) -> None:
    caller = await desk(proxies("rfc9440", network)).identify(sent(shown(MINE.rfc9440), token=BOUND, peer=peer))
    assert caller.client == "bank"


async def test_a_token_bound_twice_needs_both() -> None:
    both = sign(claims(cnf={"x5t#S256": MINE.thumbprint, "jkt": JKT}))
    authenticator = desk(proxies())
    url, by_key = "http://127.0.0.1:8088/graphql", ("Authorization", f"DPoP {both}")
    with pytest.raises(Unauthenticated, match="no trusted proxy"):
        await authenticator.identify(sent(by_key, ("DPoP", proof(both)), peer="127.0.0.1"))
    with pytest.raises(Unauthenticated, match="scheme DPoP"):
        await authenticator.identify(sent(shown(MINE.rfc9440), token=both, peer=PROXY))
    public = Authenticator(
        [Issuer(ISSUER, fixed(KEY))],
        AUDIENCE,
        {BANK.id: BANK},
        possession=Possession("http://127.0.0.1:8088", proxies()),
    )
    caller = await public.identify(sent(by_key, ("DPoP", proof(both)), shown(MINE.rfc9440), peer=PROXY, url=url))
    assert caller.client == "bank"


async def test_the_certificate_is_asked_for_with_every_request() -> None:
    authenticator = desk(proxies())
    assert (await authenticator.identify(sent(shown(MINE.rfc9440), token=BOUND, peer=PROXY))).client == "bank"
    with pytest.raises(Unauthenticated, match=NO_PROXY):
        await authenticator.identify(sent(token=BOUND, peer=PROXY))


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=100))
def test_any_text_is_read_in_one_way(text: str) -> None:
    for read in FORMS.values():
        found = read(text)
        assert found is None or len(found) == 43
