"""Pseudonyms and their secret: stable, apart from each other, made once, readable by the owner only, never shown."""

import hmac
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.demo.codes import citizen_id, uscc
from gateway.ledger import Secret, SecretError, load_secret, pseudonym
from gateway.ledger.pseudonym import SECRET_ENV, SECRET_FILE

SECRET = Secret(b"k" * 32)
OTHER = Secret(b"o" * 32)


def test_a_pseudonym_is_stable_and_names_its_key() -> None:
    value = uscc("91", 1)
    made = pseudonym(SECRET, "USCC", value)
    key_id, digest = made.split(":")
    assert made == pseudonym(Secret(b"k" * 32), "USCC", value)
    assert (key_id, len(key_id), len(digest)) == (SECRET.key_id, 8, 64)
    assert value not in made
    assert digest == hmac.digest(b"k" * 32, f"USCC\x1f{value}".encode(), "sha256").hex()


def test_what_is_not_the_same_has_another_pseudonym() -> None:
    code = uscc("91", 1)
    made = {
        pseudonym(SECRET, "USCC", code),
        pseudonym(SECRET, "USCC", uscc("91", 2)),
        pseudonym(SECRET, "TAX_NO", code),
        pseudonym(SECRET, "PERSON", citizen_id(1, female=True)),
        pseudonym(OTHER, "USCC", code),
    }
    assert len(made) == 5
    assert SECRET.key_id != OTHER.key_id


@given(st.lists(st.tuples(st.sampled_from(["A", "AB", "ABC"]), st.text("ABC1", max_size=4)), unique=True, min_size=2))
def test_scheme_and_value_do_not_run_together(pairs: list[tuple[str, str]]) -> None:
    assert len({pseudonym(SECRET, scheme, value) for scheme, value in pairs}) == len(pairs)


def test_the_secret_shows_nowhere(tmp_path: Path) -> None:
    secret = load_secret(tmp_path, {})
    assert repr(secret) == f"Secret(key_id='{secret.key_id}')"
    assert secret.key_id not in secret.key.hex()


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "data"
    secret = load_secret(folder, {})
    assert load_secret(folder, {SECRET_ENV: ""}) == secret
    assert load_secret(tmp_path / "other", {}) != secret
    assert [file.name for file in folder.iterdir()] == [SECRET_FILE]
    assert stat.S_IMODE((folder / SECRET_FILE).stat().st_mode) == 0o600


def test_the_environment_comes_first(tmp_path: Path) -> None:
    load_secret(tmp_path, {})
    assert load_secret(tmp_path, {SECRET_ENV: f" {'ab' * 40}\n"}).key == b"\xab" * 40
    untouched = tmp_path / "none"
    load_secret(untouched, {SECRET_ENV: "ab" * 32})
    assert not untouched.exists()


def test_of_several_that_start_at_once_all_get_the_same(tmp_path: Path) -> None:
    start = threading.Barrier(16)
    secrets: list[Secret] = []

    def load() -> None:
        start.wait()
        secrets.append(load_secret(tmp_path, {}))

    threads = [threading.Thread(target=load) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(secrets) == 16
    assert len({secret.key for secret in secrets}) == 1
    assert [file.name for file in tmp_path.iterdir()] == [SECRET_FILE]


@pytest.mark.parametrize("text", ["zz" * 32, "ab" * 31, "abc", "x", "秘密" * 20])
def test_a_secret_that_cannot_be_used(tmp_path: Path, text: str) -> None:
    file = tmp_path / SECRET_FILE
    file.write_text(text)
    file.chmod(0o600)
    for environ in ({SECRET_ENV: text}, {}):
        with pytest.raises(SecretError) as caught:
            load_secret(tmp_path, environ)
        assert text not in str(caught.value) or text == "x"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_file_that_others_can_read(tmp_path: Path, mode: int) -> None:
    load_secret(tmp_path, {})
    (tmp_path / SECRET_FILE).chmod(mode)
    with pytest.raises(SecretError, match="set its mode to 0600"):
        load_secret(tmp_path, {})


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SecretError, match="cannot be used"):
        load_secret(tmp_path / "file", {})
    (tmp_path / SECRET_FILE).mkdir(mode=0o700)
    with pytest.raises(SecretError, match="cannot be used"):
        load_secret(tmp_path, {})
