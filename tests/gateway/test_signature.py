"""Signatures under policy files: what counts, what a change needs, and that production refuses what nobody signed."""

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import ConfigError
from gateway.app import open_gateway
from gateway.configuration import load_configuration
from gateway.departmental import load_signers
from gateway.departmental.signature import InvalidSignature, day_of, read_signature, same_post
from tests.commands import Run, nobody_there
from tests.gateway.signing import CITY, SIGNED_AT, City, city, new_key

AUTHOR = "纳税服务股股长"
DEPARTMENTS = sorted(CITY.covered)
NEW_DUTY = '\n[[duties]]\npurpose = "MARKET_ACCESS"\nentities = ["*"]\nbasis = "company_law"\n'
CLOSURE = '\n[[closures]]\nsource = "tax_notices"\nfields = ["TaxArrears.*"]\ndocument = "税函〔2026〕2号"\n'


@pytest.fixture
def made(tmp_path: Path) -> City:
    return city(tmp_path)


@pytest.fixture
def signed(made: City) -> City:
    """The city with the file of taxation signed, in production; of other departments there is no file."""
    for department in DEPARTMENTS:
        if department != "taxation":
            made.policy(department).unlink()
    made.sign(made.new_signer())
    made.production()
    return made


def refused(made: City) -> list[str]:
    """Return what production says against the configuration."""
    with pytest.raises(ConfigError) as error:
        load_configuration(made.folder)
    return [str(each) for each in error.value.mistakes]


async def test_production_starts_when_every_file_is_signed(made: City, tmp_path: Path) -> None:
    made.production()
    assert len(refused(made)) == len(DEPARTMENTS)
    for department in DEPARTMENTS:
        made.sign(made.new_signer(department, "分管副局长"))
    configuration = load_configuration(made.folder)
    assert configuration.settings.production
    assert configuration.departmental == CITY.departmental
    (tmp_path / "data").mkdir()
    async with open_gateway(configuration, nobody_there(), tmp_path / "data") as gateway:
        assert gateway.issuer is None


def test_development_takes_what_nobody_signed_and_says_so(run: Run) -> None:
    assert CITY.departmental.duties
    assert not any(each.sound for each in CITY.covered.values())
    said = run("check", "--json")
    (note,) = [each for each in json.loads(said.stdout)["notes"] if "policy files" in each]
    assert note.startswith(f"{len(DEPARTMENTS)} policy files open more than is signed for, which production refuses")


def test_what_is_signed_is_in_force(signed: City) -> None:
    covered = load_configuration(signed.folder).covered["taxation"]
    assert covered.signed is not None
    assert (covered.signed.author, covered.signed.signer) == (AUTHOR, "纳税服务科科长")
    assert covered.signed.policy_file().decided.duties, "what was signed reads as a policy file"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('purpose = "HONOR"', 'until = "2026-12-31"\npurpose = "HONOR"', id="an end"),
        pytest.param('"TaxRegistration", "UtilityArrears"', '"TaxRegistration"', id="an entity less"),
        pytest.param('entities = ["*"]', 'entities = ["SocialInsurance"]', id="names instead of everything"),
        pytest.param("credit_system_opinion", "tax_credit_measures", id="another basis"),
        pytest.param(AUTHOR, "纳税服务科科长", id="the signer wrote the narrower text"),
        pytest.param("author", "# 新注释\nauthor", id="a comment"),
        pytest.param(f'author = "{AUTHOR}"', f'author = "{AUTHOR}"{CLOSURE}', id="a closure more"),
    ],
)
def test_what_only_narrows_needs_nobody(signed: City, old: str, new: str) -> None:
    signed.change(old, new)
    assert load_configuration(signed.folder).covered["taxation"].sound


def test_a_file_that_opens_nothing_needs_nobody(signed: City) -> None:
    signed.signature().unlink()
    signed.policy().write_text(f'author = "{AUTHOR}"\n{CLOSURE}', encoding="utf-8")
    assert load_configuration(signed.folder).departmental.closures


def test_what_widens_is_refused_with_what_and_what_to_do(signed: City) -> None:
    with signed.policy().open("a", encoding="utf-8") as file:
        file.write(NEW_DUTY)
    assert refused(signed) == [
        "policies/taxation.toml: wider than what is signed: 1 grants more, the first duty taxation MARKET_ACCESS * "
        "from 0001-01-01 to 9999-12-31; `policy sign taxation` shows all of them"
    ]


def test_a_closure_that_was_signed_does_not_go_with_its_file(signed: City) -> None:
    with signed.policy().open("a", encoding="utf-8") as file:
        file.write(CLOSURE)
    signed.sign(signed.signers["taxation-0"])
    load_configuration(signed.folder)
    signed.policy().unlink()
    (told,) = refused(signed)
    assert "closure tax_notices TaxArrears.*" in told


@pytest.mark.parametrize("place", range(0, 300, 7))
def test_no_byte_of_a_signature_may_differ(signed: City, place: int) -> None:
    raw = bytearray(signed.signature().read_bytes().rstrip())
    place = place * (len(raw) - 1) // 300
    raw[place] = ord("A") if raw[place] != ord("A") else ord("B")
    with pytest.raises(InvalidSignature):
        read_signature(bytes(raw), "taxation", signed.signers, "2026-01-01")


def test_keys_count_while_they_are_valid(made: City) -> None:
    signer = made.new_signer(since="2025-01-01", until="2026-12-31")
    raw = made.signed(signer).encode()
    assert read_signature(raw, "taxation", made.signers, "2026-12-31").signed_at == SIGNED_AT
    with pytest.raises(InvalidSignature, match="not valid today: 2025-01-01 to 2026-12-31"):
        read_signature(raw, "taxation", made.signers, "2027-01-01")
    early = made.signed(signer, signed_at="2024-12-31T15:59:59Z").encode()
    with pytest.raises(InvalidSignature, match="not valid when it was signed"):
        read_signature(early, "taxation", made.signers, "2026-01-01")


def test_days_are_those_of_china() -> None:
    assert day_of("2024-12-31T15:59:59Z") == "2024-12-31"
    assert day_of("2024-12-31T16:00:00Z") == "2025-01-01"
    assert [day_of(each) for each in ("2024-12-31", "2024-02-30T00:00:00Z", "9999-12-31T23:00:00Z", "")] == [None] * 4


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("股长", "股长", True),
        ("股长", "股 长", True),
        ("Head", "ｈｅａｄ", True),
        ("股长(征管)", "股长（征管）", True),
        ("股长", "科长", False),
        ("股长一", "股长二", False),
    ],
)
def test_when_two_posts_are_one(one: str, other: str, same: bool) -> None:
    assert same_post(one, other) is same


# ---- the signers file ---------------------------------------------------------------------------------------------


def table(**changes: Any) -> str:
    said = {"department": "taxation", "post": "科长", "jwk": new_key().as_dict(private=False)} | changes
    lines = []
    for name, value in said.items():
        if isinstance(value, dict):
            value = "{ " + ", ".join(f"{key} = {json.dumps(each)}" for key, each in value.items()) + " }"
            lines.append(f"{name} = {value}")
        elif value is not None:
            lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines)


def test_keys_inline_and_in_files(tmp_path: Path) -> None:
    (tmp_path / "signers").mkdir()
    (tmp_path / "signers" / "b.json").write_text(json.dumps(new_key("P-256").as_dict(private=False)), encoding="ascii")
    text = f"[signers.a]\n{table()}\n[signers.b]\n{table(jwk=None, key_file='b.json', since='2026-01-01')}"
    (tmp_path / "signers.toml").write_text(text, encoding="utf-8")
    found = load_signers(tmp_path / "signers.toml", CITY.departments)
    assert {kid: (each.algorithm, each.since) for kid, each in found.items()} == {
        "a": ("EdDSA", "0001-01-01"),
        "b": ("ES256", "2026-01-01"),
    }
    assert load_signers(tmp_path / "nothing.toml", CITY.departments) == {}


def test_every_mistake_of_the_signers_is_told_at_once(tmp_path: Path) -> None:
    key = new_key().as_dict(private=False)
    tables = {
        "a": table(jwk=key),
        "b": table(jwk=key),
        "c": table(jwk=new_key().as_dict(private=True)),
        "d": table(jwk=new_key("P-384").as_dict(private=False)),
        "e": table(jwk={"kty": "oct", "k": "c2VjcmV0"}),
        "f": table(jwk=None),
        "g": table(jwk=None, key_file="../signers.toml"),
        "h": table(jwk=None, key_file="nothing.json"),
        "i": table(department="tax", since="2026-02-30", post=" 科长"),
        '"../j"': table(since="2026-02-01", until="2026-01-31"),
    }
    text = "\n".join(f"[signers.{kid}]\n{each}" for kid, each in tables.items())
    (tmp_path / "signers.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_signers(tmp_path / "signers.toml", CITY.departments)
    needed = "expected a public key (JWK) of curve Ed25519 or P-256"
    assert [f"{each.place}: {each.message}".partition("; known: ")[0] for each in error.value.mistakes] == [
        "signers.b.jwk: is the key of `a` too: nobody signs as two posts",
        "signers.c.jwk: holds the private key: take `d` out, and make a new key, since this one has been shown",
        f"signers.d.jwk: {needed}",
        f"signers.e.jwk: {needed}",
        "signers.f: expected either `jwk` or `key_file`",
        "signers.g.key_file: expected the name of a file in `signers`",
        "signers.h.key_file: `nothing.json` is no JWK, or cannot be read in `signers`",
        "signers.i.department: unknown department `tax`",
        "signers.i.post: expected the name of a post, printable and without blanks around it",
        "signers.i.since: expected a date in quotes, e.g. `2019-01-11`",
        "signers.../j: not a key id: letters, digits, `-` and `_`, at most 64",
        "signers.../j.until: is before `since`",
    ]


# ---- the commands -------------------------------------------------------------------------------------------------


def test_a_new_signer_signs_and_production_starts(run: Run, signed: City, tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    with signed.policy().open("a", encoding="utf-8") as file:
        file.write(NEW_DUTY + CLOSURE)
    config = ["--config", str(signed.folder)]
    made = run(
        "policy", "new-signer", "tax-9", "--department", "taxation", "--post", "副局长", "--key", str(key), *config
    )
    assert (made.returncode, made.stderr) == (0, "")
    assert key.stat().st_mode & 0o777 == 0o600
    assert "副局长" in made.stdout
    assert json.loads(key.read_text())["d"] not in made.stdout
    with (signed.folder / "signers.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + made.stdout)
    assert run("policy", "verify", *config).returncode == 1
    arguments = ["policy", "sign", "taxation", "--key", str(key), "--signer", "tax-9", *config]
    before = signed.signature().read_bytes()
    assert run(*arguments, stdin="n\n").returncode == 1
    assert signed.signature().read_bytes() == before
    done = run(*arguments, stdin="y\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "taxation MARKET_ACCESS *" in done.stdout
    assert "sign as 副局长?" in done.stdout
    verified = run("policy", "verify", "--json", *config)
    assert verified.returncode == 0
    (told,) = json.loads(verified.stdout)["policies"]
    assert (told["signer"], told["author"], told["sound"], told["wider"]) == ("副局长", AUTHOR, True, [])
    load_configuration(signed.folder)
    again = run("policy", "new-signer", "tax-8", "--department", "taxation", "--post", "x", "--key", str(key), *config)
    assert again.returncode == 1
    assert "File exists" in again.stderr


def test_signing_says_why_it_refuses(run: Run, made: City, tmp_path: Path) -> None:
    signer = made.new_signer()
    author = made.new_signer("taxation", AUTHOR)
    other = made.new_signer("finance", "副局长")
    expired = made.new_signer("taxation", "前任科长", until="2025-12-31")
    key = tmp_path / "key.json"
    key.write_text(json.dumps(made.private[signer.kid].as_dict(private=True)), encoding="ascii")
    key.chmod(0o640)

    def sign(kid: str, department: str = "taxation") -> str:
        options = ["--key", str(key), "--signer", kid, "--yes", "--config", str(made.folder)]
        done = run("policy", "sign", department, *options)
        assert done.returncode == 2
        assert not made.signature(department).exists()
        return " ".join(done.stderr.replace("│", " ").split())

    assert "others than its owner may read the file" in sign(signer.kid)
    key.chmod(0o600)
    assert "wrote the file: another post has to sign it" in sign(author.kid)
    assert f"key `{other.kid}` signs for `finance`, not for `taxation`" in sign(other.kid)
    assert "is not valid today" in sign(expired.kid)
    assert "unknown key `nobody`" in sign("nobody")
    assert "unknown policy file of `water`" in sign(signer.kid, "water")
    third = made.new_signer("taxation", "副局长")
    assert f"not the private key of `{third.kid}`" in sign(third.kid)
    key.write_text("secret", encoding="ascii")
    said = sign(signer.kid)
    assert "no private key (JWK)" in said
    assert "secret" not in said
