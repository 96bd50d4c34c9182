"""Attacks on what departments decide themselves, and on the signatures under it.

The front door of a policy file is the start of a production server: an attack on files succeeds when it starts.
"""

import hmac
import json
import shutil
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import Key

from connectors.errors import ConfigError
from gateway.configuration import load_configuration
from gateway.departmental.signature import _REGISTRY, TYPE, encode_statement
from tests.commands import Run
from tests.gateway.signing import CITY, City, city, new_key, payload

AUTHOR = "纳税服务股股长"
SIGNER = "纳税服务科科长"
DUTY = '\n[[duties]]\npurpose = "MARKET_ACCESS"\nentities = ["SocialInsurance"]\nbasis = "company_law"\n'
CLOSURE = '\n[[closures]]\nsource = "tax_notices"\nfields = ["TaxArrears.*"]\ndocument = "税函〔2026〕2号"\n'
APPROVAL = (
    '\n[[approvals]]\nsource = "{source}"\nfields = ["{fields}"]\ndepartments = ["{departments}"]\n'
    'purposes = ["HONOR"]\ndocument = "税函〔2026〕3号"\n'
)


@pytest.fixture
def made(tmp_path: Path) -> City:
    """A production installation with two departments, whose files other posts than their authors signed."""
    made = city(tmp_path)
    for path in (made.folder / "policies").glob("*.toml"):
        if path.stem not in {"taxation", "finance"}:
            path.unlink()
    made.production()
    made.sign(made.new_signer("taxation", SIGNER))
    made.sign(made.new_signer("finance", "政府采购分管副局长"))
    return made


def refused(made: City) -> str:
    """Return what the server says instead of starting."""
    with pytest.raises(ConfigError) as error:
        load_configuration(made.folder)
    return str(error.value)


def append(made: City, text: str) -> None:
    with made.policy().open("a", encoding="utf-8") as file:
        file.write(text)


def signed_anew(made: City) -> None:
    """Sign the file as it is now: production takes it."""
    made.sign(made.signers["taxation-0"])
    load_configuration(made.folder)


# ---- what is wider than what is signed ----------------------------------------------------------------------------
# Guard: `gateway.departmental.widening.wider`, applied by `coverage` to every file.


def stretch(made: City) -> None:
    made.change('purpose = "HONOR"', 'purpose = "HONOR"\nuntil = "2026-12-31"')
    signed_anew(made)
    made.change('until = "2026-12-31"', 'until = "2027-01-01"')


def begin_earlier(made: City) -> None:
    made.change('purpose = "HONOR"', 'purpose = "HONOR"\nsince = "2026-01-02"')
    signed_anew(made)
    made.change('since = "2026-01-02"', 'since = "2026-01-01"')


def close_the_gap(made: City) -> None:
    append(made, f'{DUTY}until = "2026-06-29"\n{DUTY}since = "2026-07-01"\n')
    signed_anew(made)
    made.change('since = "2026-07-01"', 'since = "2026-06-30"')


def with_closure(made: City) -> None:
    append(made, CLOSURE)
    signed_anew(made)


def drop_closure(made: City) -> None:
    with_closure(made)
    made.change(CLOSURE, "")


def shorten_closure(made: City) -> None:
    with_closure(made)
    made.change('document = "税函〔2026〕2号"', 'document = "税函〔2026〕2号"\nuntil = "9999-12-30"')


def name_instead_of_all(made: City) -> None:
    with_closure(made)
    made.change('"TaxArrears.*"', '"TaxArrears.taxpayer_no"')


def delete_with_closure(made: City) -> None:
    with_closure(made)
    made.policy().unlink()


def hide_in_narrowing(made: City) -> None:
    made.change('"CreditRating", "HousingFund", ', '"CreditRating", "PersonVerification", ')


def approve_more(made: City) -> None:
    append(made, APPROVAL.format(source="tax_credit", fields="TaxCreditRating.level", departments="finance"))
    signed_anew(made)
    made.change('"TaxCreditRating.level"', '"TaxCreditRating.*"')


def approve_for_more(made: City) -> None:
    append(made, APPROVAL.format(source="tax_credit", fields="TaxCreditRating.level", departments="finance"))
    signed_anew(made)
    made.change('departments = ["finance"]', 'departments = ["finance", "court"]')


WIDER: dict[str, Callable[[City], None]] = {
    "a duty that nobody signed": lambda made: append(made, DUTY),
    "a signature thrown away": lambda made: made.signature().unlink(),
    "a widening hidden in a narrowing": hide_in_narrowing,
    "another purpose for one day": lambda made: made.change(
        'purpose = "HONOR"', 'purpose = "MARKET_ACCESS"\nsince = "2026-01-01"\nuntil = "2026-01-01"'
    ),
    "everything instead of names": lambda made: made.change(
        'entities = ["LegalRepresentative"', 'entities = ["*"]\n# ["'
    ),
    "a period stretched by a day": stretch,
    "a period that begins a day earlier": begin_earlier,
    "a gap of one day between two periods": close_the_gap,
    "a closure taken out": drop_closure,
    "a closure that ends a day earlier": shorten_closure,
    "a closure narrowed to a field": name_instead_of_all,
    "a closure gone with its whole file": delete_with_closure,
    "an approval widened from a field to all": approve_more,
    "an approval for a department more": approve_for_more,
}


@pytest.mark.parametrize("attack", WIDER)
def test_what_is_wider_than_what_is_signed_does_not_start(made: City, attack: str) -> None:
    WIDER[attack](made)
    assert "grants more" in refused(made)


# ---- signatures that are none -------------------------------------------------------------------------------------
# Guard: `gateway.departmental.signature.read_signature`, each case another check of it.


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def statement(made: City) -> bytes:
    """Return what a signer of taxation would sign now."""
    return encode_statement(made.statement(made.signers["taxation-0"]))


def forged(
    made: City, content: bytes | None = None, key: Key | None = None, kid: str = "taxation-0", **header: Any
) -> str:
    """Return a signature by a good key, over other ``content`` or with another ``header``."""
    signer = made.signers[kid]
    whole = {"alg": signer.algorithm, "kid": signer.kid, "typ": TYPE} | header
    return jws.serialize_compact(whole, content or statement(made), key or made.private[kid], registry=_REGISTRY)


def by_hand(made: City, header: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """Return a signature with a header that no library would write."""
    signed = f"{_text(json.dumps(header).encode())}.{_text(statement(made))}"
    return f"{signed}.{_text(sign(signed.encode()))}"


def unsigned(made: City, signature: bytes) -> str:
    return by_hand(made, {"alg": "none", "kid": "taxation-0", "typ": TYPE}, lambda _: signature)


def with_secret(made: City, secret: bytes) -> str:
    header = {"alg": "HS256", "kid": "taxation-0", "typ": TYPE}
    return by_hand(made, header, lambda signed: hmac.digest(secret, signed, sha256))


def with_kid(made: City, kid: Any, **header: Any) -> str:
    """Return a signature by a good key that names another."""
    key: Any = made.private["taxation-0"].raw_value
    return by_hand(made, {"alg": "EdDSA", "kid": kid, "typ": TYPE} | header, key.sign)


def public(made: City) -> dict[str, Any]:
    return dict(made.signers["taxation-0"].key.as_dict(private=False))


def said(made: City, **changes: Any) -> bytes:
    """Return the statement with some members as an attacker wants them, written canonically."""
    content = payload(made.statement(made.signers["taxation-0"])) | changes
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def duties(**changes: Any) -> dict[str, Any]:
    whole = {"basis": "b", "entities": ["*"], "purpose": "HONOR", "since": "2026-01-01", "until": "2026-12-31"}
    return {"duties": [whole | changes]}


def twice(made: City) -> bytes:
    return said(made).replace(b'"author":', b'"author":"someone else","author":', 1)


def blank(made: City) -> bytes:
    return json.dumps(payload(made.statement(made.signers["taxation-0"])), ensure_ascii=False).encode()


def spliced(made: City) -> str:
    """Return the old signature with the payload of today's wider file."""
    head, _, signature = made.signature().read_text().strip().split(".")
    return f"{head}.{_text(statement(made))}.{signature}"


def by_another_post(made: City, post: str = "前任科长", signed_at: str = "2025-01-01T00:00:00Z", **days: str) -> str:
    return made.signed(made.new_signer("taxation", post, **days), signed_at=signed_at)


def own_key(made: City) -> str:
    key = new_key()
    return forged(made, key=key, jwk=key.as_dict(private=False))


NO_SIGNATURES: dict[str, Callable[[City], str]] = {
    "alg none": lambda made: unsigned(made, b""),
    "alg none with some signature": lambda made: unsigned(made, b"0" * 64),
    "HS256 with the bytes of the public key": lambda made: with_secret(
        made, urlsafe_b64decode(public(made)["x"] + "=")
    ),
    "HS256 with the public JWK": lambda made: with_secret(made, json.dumps(public(made)).encode()),
    "ES256 under the id of an Ed25519 key": lambda made: forged(made, key=new_key("P-256"), alg="ES256"),
    "another key under a known id": lambda made: forged(made, key=new_key()),
    "a key of its own in the header": own_key,
    "an extension that must be understood": lambda made: with_kid(made, "taxation-0", crit=["exp"], exp=0),
    "a header that points elsewhere": lambda made: forged(made, jku="https://example.invalid/keys"),
    "a key that nobody registered": lambda made: with_kid(made, "taxation-9"),
    "a key id that is a way to a file": lambda made: with_kid(made, "../../signers/taxation-0"),
    "a key id that is an address": lambda made: with_kid(made, "http://127.0.0.1/taxation-0"),
    "a key id with an end of text": lambda made: with_kid(made, "taxation-0\x00"),
    "a key id that is a list": lambda made: with_kid(made, ["taxation-0"]),
    "no key id": lambda made: with_kid(made, None),
    "the type of an access token": lambda made: forged(made, typ="at+jwt"),
    "the type in capitals": lambda made: forged(made, typ=TYPE.upper()),
    "the key of another department": lambda made: forged(
        made, said(made, signer=made.signers["finance-1"].post), kid="finance-1"
    ),
    "the signature of another department's file": lambda made: made.signature("finance").read_text().strip(),
    "the file of another department": lambda made: forged(made, said(made, department="finance")),
    "an old signature over new bytes": spliced,
    "a signature cut short": lambda made: forged(made)[:-2],
    "two signatures in one file": lambda made: f"{forged(made)}\n{forged(made)}",
    "a blank before it": lambda made: f" {forged(made)}",
    "no compact form": lambda made: json.dumps({"payload": _text(statement(made)), "signatures": []}),
    "an empty file": lambda made: "",
    "the author signs": lambda made: by_another_post(made, AUTHOR),
    "the author signs, spaced out": lambda made: forged(made, said(made, author=" ".join(SIGNER))),
    "the author signs, with an invisible mark": lambda made: forged(made, said(made, author=f"{SIGNER}\u200b")),
    "the author signs, in another width": lambda made: forged(made, said(made, author=f"（{SIGNER}）")),
    "in another post's name": lambda made: forged(made, said(made, signer="分管副局长")),
    "an expired key": lambda made: by_another_post(made, until="2025-12-31", signed_at="2026-01-02T00:00:00Z"),
    "an expired key, dated back": lambda made: by_another_post(made, until="2025-12-31"),
    "a key that is not valid yet": lambda made: by_another_post(made, since="2999-01-01"),
    "signed in the future": lambda made: forged(made, said(made, signed_at="2999-01-01T00:00:00Z")),
    "signed at no time": lambda made: forged(made, said(made, signed_at="ever")),
    "a member twice": lambda made: forged(made, twice(made)),
    "a member that nobody knows": lambda made: forged(made, said(made, also="everything")),
    "blanks between the members": lambda made: forged(made, blank(made)),
    "a day that is none": lambda made: forged(made, said(made, **duties(until="z"))),
    "a day before all days": lambda made: forged(made, said(made, **duties(since="0000-01-01"))),
    "a grant without days": lambda made: forged(made, said(made, **duties(since=None, until=None))),
}


@pytest.mark.parametrize("attack", NO_SIGNATURES)
def test_a_signature_that_is_none_does_not_open_the_file(made: City, attack: str) -> None:
    append(made, DUTY)
    made.put("taxation", NO_SIGNATURES[attack](made))
    assert "the signature does not count" in refused(made)


def test_the_same_file_starts_when_it_is_signed_well(made: City) -> None:
    append(made, DUTY)
    made.put("taxation", forged(made))
    load_configuration(made.folder)


# ---- what is not the department's to decide, and names that only look right ---------------------------------------
# Guard: `gateway.departmental.mistakes`, and the strict reader of TOML.


def approving(**about: str) -> Callable[[City], None]:
    fields = {"source": "tax_credit", "fields": "TaxCreditRating.level", "departments": "finance"} | about
    return lambda made: append(made, APPROVAL.format(**fields))


def instead(old: str, new: str, text: str = DUTY) -> Callable[[City], None]:
    return lambda made: append(made, text.replace(old, new))


def copied(name: str) -> Callable[[City], None]:
    def copy(made: City) -> None:
        shutil.copy(made.policy(), made.folder / "policies" / f"{name}.toml")

    return copy


STRANGE: dict[str, tuple[Callable[[City], None], str]] = {
    "an approval for another's source": (
        approving(source="court_enforcement", fields="EnforcementCase.*"),
        "which alone decides about it",
    ),
    "a closure of another's source": (instead("tax_notices", "market_penalties", CLOSURE), "which alone decides"),
    "every field of every entity": (approving(fields="*"), "expected `Entity.field` or `Entity.*`"),
    "any entity's fields": (approving(fields="*.*"), "unknown entity `*`"),
    "a field with a wildcard in it": (approving(fields="TaxCreditRating.le*"), "unknown field of TaxCreditRating"),
    "an approval for no government": (approving(departments="heat_water_utilities"), "is no government body"),
    "an approval for all departments": (approving(departments="*"), "unknown department `*`"),
    "the purpose of a bank as a duty": (instead("MARKET_ACCESS", "BANK_CREDIT"), "is no duty of a department"),
    "the purpose of an owner as a duty": (instead("MARKET_ACCESS", "OWNER"), "is no duty of a department"),
    "every purpose as a duty": (instead("MARKET_ACCESS", "*"), "unknown purpose `*`"),
    "everything beside names": (instead('["SocialInsurance"]', '["SocialInsurance", "*"]'), "it stands alone"),
    "a department code with a Cyrillic letter": (copied("t\u0430xation"), "unknown department"),
    "a department code in full width": (copied("ｔａｘａｔｉｏｎ"), "unknown department"),
    "a department code with a blank": (copied("taxation "), "unknown department"),
    "a purpose with a Greek letter": (instead("MARKET_ACCESS", "\u039cARKET_ACCESS"), "unknown purpose"),
    "an entity in another case": (instead("SocialInsurance", "socialInsurance"), "unknown entity"),
    "the file of a body that has ended": (copied("state_taxation"), "has ended"),
    "a key twice": (instead('basis = "company_law"\n', 'basis = "a b"\nentities = ["*"]\n'), "is not TOML"),
    "a table instead of a list": (lambda made: append(made, "\n[duties]\n"), "is not TOML"),
    "a key that nobody knows": (
        instead('basis = "company_law"', 'basis = "a b"\nsigned = true'),
        "unknown key `signed`",
    ),
    "a day that is no text": (instead('basis = "company_law"', 'basis = "a b"\nuntil = 9999-12-31'), "expected a text"),
}


@pytest.mark.parametrize("attack", STRANGE)
def test_what_a_department_may_not_say_does_not_start(made: City, attack: str) -> None:
    change, told = STRANGE[attack]
    change(made)
    assert told in refused(made)


# ---- signers ------------------------------------------------------------------------------------------------------
# Guard: `gateway.departmental.signers`.

SIGNERS: dict[str, tuple[dict[str, str], str]] = {
    "a department code with a Cyrillic letter": ({"department": '"tax\u0430tion"'}, "a name in lower-case letters"),
    "a private key among the public ones": (
        {"jwk": '{ kty = "OKP", crv = "Ed25519", x = "AA", d = "AA" }'},
        "holds the private key",
    ),
    "a shared secret": ({"jwk": '{ kty = "oct", k = "c2VjcmV0LXNlY3JldC1zZWNyZXQ" }'}, "expected a public key"),
    "a shared secret with a curve": (
        {"jwk": '{ kty = "oct", crv = "Ed25519", k = "c2VjcmV0LXNlY3JldA" }'},
        "expected a",
    ),
    "a key for encryption": ({"jwk": '{ kty = "OKP", crv = "X25519", x = "AA" }'}, "expected a public key"),
    "a key file elsewhere": ({"jwk": "", "key_file": '"../../etc/passwd"'}, "expected the name of a file"),
    "a key file by its whole way": ({"jwk": "", "key_file": '"/etc/passwd"'}, "expected the name of a file"),
    "a key file that is the folder": ({"jwk": "", "key_file": '".."'}, "expected the name of a file"),
    "two keys at once": ({"key_file": '"a.json"'}, "expected either"),
}


@pytest.mark.parametrize("attack", SIGNERS)
def test_a_signer_that_is_none_does_not_start(made: City, attack: str) -> None:
    changes, told = SIGNERS[attack]
    jwk = f'{{ kty = "OKP", crv = "Ed25519", x = "{new_key().as_dict(private=False)["x"]}" }}'
    lines = {"department": '"taxation"', "post": '"新科长"', "jwk": jwk} | changes
    with (made.folder / "signers.toml").open("a", encoding="utf-8") as file:
        file.write("\n[signers.new]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items() if value))
    assert told in refused(made)


def test_one_key_does_not_sign_as_two_posts(made: City) -> None:
    twin = made.signers["taxation-0"]
    made.signers["twin"] = type(twin)("twin", "taxation", "另一岗位", twin.key)
    made.write_signers()
    assert "nobody signs as two posts" in refused(made)


# ---- the commands -------------------------------------------------------------------------------------------------


def key_of(made: City, folder: Path, mode: int = 0o600) -> Path:
    key = folder / "key.json"
    key.write_text(json.dumps(made.private["taxation-0"].as_dict(private=True)), encoding="ascii")
    key.chmod(mode)
    return key


def test_what_is_hidden_among_much_is_shown_before_signing(run: Run, made: City, tmp_path: Path) -> None:
    """Guard: `policy sign` prints every difference of meaning before it asks."""
    hide_in_narrowing(made)
    before = made.signature().read_text()
    options = ["--key", str(key_of(made, tmp_path)), "--signer", "taxation-0", "--config", str(made.folder)]
    shown = run("policy", "sign", "taxation", *options, stdin="n\n").stdout
    opening = [line.split("│")[1:4] for line in shown.splitlines() if " opens " in line]
    assert {(what.strip(), names.strip()) for _, what, names in opening} == {
        ("duty", "taxation FISCAL_FUNDS PersonVerification"),
        ("duty", "taxation HONOR PersonVerification"),
    }
    assert made.signature().read_text() == before


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o644, 0o620, 0o602, 0o610, 0o777])
def test_a_key_that_others_can_reach_signs_nothing(run: Run, made: City, tmp_path: Path, mode: int) -> None:
    """Guard: `gateway.cli.policy` looks at the mode of the open file."""
    append(made, DUTY)
    options = [
        "--key",
        str(key_of(made, tmp_path, mode)),
        "--signer",
        "taxation-0",
        "--yes",
        "--config",
        str(made.folder),
    ]
    assert run("policy", "sign", "taxation", *options).returncode == 2
    assert "grants more" in refused(made)


def test_marks_in_a_post_are_shown_as_they_are(run: Run, made: City) -> None:
    """Guard: what files say is escaped before it is printed."""
    made.sign(made.new_signer("taxation", "[red]科长[/red]"))
    assert "[red]科长[/red]" in run("policy", "verify", "--config", str(made.folder)).stdout


# Guard of the following: `policy_diff._fail` lets nothing through that steers a terminal, and quotes no address.


@pytest.mark.parametrize("code", ["\\u001b[2J", "\\u009b2J", "\\u202e", "\\u0007", "\\u200b"])
def test_a_hostile_configuration_does_not_steer_the_terminal(run: Run, made: City, code: str) -> None:
    made.change("author", f'"a{code}b" = 1\nauthor')
    told = run("policy", "diff", str(CITY.folder), str(made.folder))
    assert told.returncode == 2
    assert json.loads(f'"{code}"')[0] not in told.stderr
    assert "NEW: policies/taxation.toml" in told.stderr


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:hunter2@127.0.0.1:1/ledger",
        "mysql://reader:hunter2@127.0.0.1/ledger",
        "hunter2",
        "hunter2://",
        "sqlite:///no/such/hunter2.sqlite",
        "sqlite://",
    ],
)
def test_a_ledger_that_cannot_be_read_is_not_quoted(run: Run, made: City, url: str) -> None:
    told = run("policy", "diff", str(CITY.folder), str(made.folder), "--ledger", url)
    assert told.returncode == 2
    assert "hunter2" not in told.stdout + told.stderr
    assert "127.0.0.1" not in told.stdout + told.stderr
