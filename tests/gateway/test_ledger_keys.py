"""The signing key and the keys of pseudonyms: made once, shared, replaced; earlier ones stay known. Their commands."""

import asyncio
import hmac
import json
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from gateway.ledger import Charter, Keys, Ledger, Secret, SecretError, load_keys, load_secret, pseudonym, pseudonyms
from gateway.ledger.keys import KEY_ENV, KEY_FILE, PUBLIC_FILE, known_keys, present_keys, rotate_key
from gateway.ledger.pseudonym import SECRET_ENV, SECRET_FILE, rotate_secret
from gateway.proof.note import SigningKey, VerifierKey, open_checkpoint, sign_checkpoint, stamped
from tests.commands import Run
from tests.gateway.entries import entry
from tests.gateway.logs import KEY, ORIGIN, sqlite_url

HEX = "01" * 32
OWN = Charter().origin


def test_the_key_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "data"
    keys = load_keys(folder, ORIGIN, {})
    assert load_keys(folder, ORIGIN, {KEY_ENV: ""}) == keys
    assert sorted(file.name for file in folder.iterdir()) == [KEY_FILE, PUBLIC_FILE]
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert known_keys(folder) == keys.known == (keys.signing.verifier,)
    assert keys.signing.seed.hex() not in repr(keys)


@pytest.mark.parametrize("length", [32, 64, 65, 200])
def test_a_pseudonym_is_an_hmac(length: int) -> None:
    secret, message = Secret(b"k" * length), b"USCC\x1f91110000100003333"
    told = f"{secret.key_id}:{hmac.new(secret.key, message, 'sha256').hexdigest()}"
    assert {pseudonym(secret, "USCC", "91110000100003333") for _ in range(2)} == {told}


def test_of_several_that_start_at_once_all_get_the_same(tmp_path: Path) -> None:
    start = threading.Barrier(8)
    found: list[Keys] = []

    def load() -> None:
        start.wait()
        found.append(load_keys(tmp_path, ORIGIN, {}))

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({keys.known for keys in found}) == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == [KEY_FILE, PUBLIC_FILE]


def test_the_environment_comes_first_and_earlier_keys_stay_known(tmp_path: Path) -> None:
    own = load_keys(tmp_path, ORIGIN, {})
    other = SigningKey(ORIGIN, b"\x03" * 32).verifier
    keys = load_keys(tmp_path, ORIGIN, {KEY_ENV: f" {HEX}\n"}, [other])
    assert keys.signing == KEY
    assert set(keys.known) == {KEY.verifier, other, own.signing.verifier}
    assert keys.known[0] == KEY.verifier
    assert known_keys(tmp_path) == (KEY.verifier, own.signing.verifier)
    empty = tmp_path / "empty"
    assert present_keys(empty, ORIGIN, {KEY_ENV: HEX}, [other]) == (KEY.verifier, other)
    assert not empty.exists()


@pytest.mark.parametrize("text", ["zz" * 32, "01" * 31, "01" * 33, "x", "密" * 32])
def test_a_key_that_cannot_be_used(tmp_path: Path, text: str) -> None:
    (tmp_path / KEY_FILE).write_text(text)
    (tmp_path / KEY_FILE).chmod(0o600)
    for environ in ({KEY_ENV: text}, {}):
        with pytest.raises(SecretError, match="holds no key") as caught:
            load_keys(tmp_path, ORIGIN, environ)
        assert text not in str(caught.value) or text == "x"


def test_a_key_that_others_can_read(tmp_path: Path) -> None:
    load_keys(tmp_path, ORIGIN, {})
    (tmp_path / KEY_FILE).chmod(0o640)
    with pytest.raises(SecretError, match="set its mode to 0600"):
        load_keys(tmp_path, ORIGIN, {})


def test_public_keys_that_are_none(tmp_path: Path) -> None:
    load_keys(tmp_path, ORIGIN, {})
    (tmp_path / PUBLIC_FILE).write_text("nothing\n")
    with pytest.raises(SecretError, match="holds no public keys: line 1"):
        load_keys(tmp_path, ORIGIN, {})
    (tmp_path / PUBLIC_FILE).write_bytes(b"\xff")
    with pytest.raises(SecretError, match="holds no public keys"):
        known_keys(tmp_path)


def test_a_new_key_and_the_one_before_it(tmp_path: Path) -> None:
    old = load_keys(tmp_path, ORIGIN, {})
    note = sign_checkpoint(stamped(ORIGIN, 1, bytes(32), "sha-256", "now"), old.signing)
    new = rotate_key(tmp_path, ORIGIN)
    assert new.signing != old.signing
    assert new.known == (new.signing.verifier, old.signing.verifier)
    assert open_checkpoint(note, new.known).size == 1
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_a_key_that_is_replaced_stays_known_though_nobody_had_kept_it(tmp_path: Path) -> None:
    old = load_keys(tmp_path, ORIGIN, {})
    (tmp_path / PUBLIC_FILE).unlink()
    assert old.signing.verifier in rotate_key(tmp_path, ORIGIN).known


def test_a_new_key_of_pseudonyms_and_those_before_it(tmp_path: Path) -> None:
    first = load_secret(tmp_path, {})
    second = rotate_secret(tmp_path)
    third = rotate_secret(tmp_path)
    assert load_secret(tmp_path, {}) == third
    assert [each.key for each in third.earlier] == [second.key, first.key]
    names = pseudonyms(third, "USCC", "x")
    assert names == tuple(pseudonym(each, "USCC", "x") for each in (third, second, first))
    assert len(set(names)) == 3
    assert pseudonyms(first, "USCC", "x") == names[2:]
    assert stat.S_IMODE((tmp_path / SECRET_FILE).stat().st_mode) == 0o600
    lines = (tmp_path / SECRET_FILE).read_text().splitlines()
    (tmp_path / SECRET_FILE).write_text(f"{lines[0]}\n{lines[1]}\n")
    assert names[2] not in pseudonyms(load_secret(tmp_path, {}), "USCC", "x"), "nobody can test a guess any longer"


def test_keys_of_pseudonyms_in_the_environment(tmp_path: Path) -> None:
    secret = load_secret(tmp_path, {SECRET_ENV: f"{'ab' * 32}, {'cd' * 40}"})
    assert (secret.key, [each.key for each in secret.earlier]) == (b"\xab" * 32, [b"\xcd" * 40])
    assert secret == Secret(b"\xab" * 32, (Secret(b"\xcd" * 40),))
    assert "cd" not in repr(secret).replace(secret.key_id, "")
    for text in (f"{'ab' * 32},", f"{'ab' * 32},cd", f"{'ab' * 32};{'cd' * 32}"):
        with pytest.raises(SecretError):
            load_secret(tmp_path, {SECRET_ENV: text})


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a ledger of three entries."""
    for name in (KEY_ENV, SECRET_ENV, "CREDIT_LEDGER_URL"):
        monkeypatch.delenv(name, raising=False)

    async def write() -> None:
        charter = Charter(keys=load_keys(tmp_path, OWN, {}), folder=tmp_path)
        ledger = await Ledger.open(sqlite_url(tmp_path / "ledger.sqlite"), charter)
        for _ in range(3):
            await ledger.append(entry())
        await ledger.keep_checkpoint()
        await ledger.close()

    asyncio.run(write())
    return tmp_path


def damage(data: Path) -> None:
    connection = sqlite3.connect(data / "ledger.sqlite", isolation_level=None)
    connection.execute("""UPDATE ledger SET entry = replace(entry, 'bank', 'tank') WHERE "index" = 1""")
    connection.close()


def test_verify_tells_what_holds(run: Run, data: Path) -> None:
    done = run("ledger", "verify", "--data", str(data))
    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert "账本完整 the ledger holds: 3 entries of credit-gateway/ledger, sha-256" in done.stdout
    report = json.loads(run("ledger", "verify", "--data", str(data), "--json").stdout)
    assert (report["entries"], report["checkpoints"], report["signed"], report["fault"]) == (3, 2, True, None)


def test_verify_tells_the_first_thing_that_does_not_hold(run: Run, data: Path) -> None:
    damage(data)
    done = run("ledger", "verify", "--data", str(data))
    assert done.returncode == 1
    assert "账本不符 the ledger does not hold: entry 1 (receipt" in done.stdout
    told = run("ledger", "verify", "--url", sqlite_url(data / "ledger.sqlite"), "--data", str(data), "--json")
    assert told.returncode == 1
    fault = json.loads(told.stdout)["fault"]
    assert (fault["what"], fault["index"], len(fault["receipt"])) == ("entry", 1, 32)


def test_verify_takes_checkpoints_from_elsewhere(run: Run, data: Path) -> None:
    printed = run("ledger", "checkpoint", "--data", str(data)).stdout
    note = data / "kept.txt"
    note.write_text(printed)
    public = run("ledger", "keys", "--data", str(data)).stdout.split()
    assert open_checkpoint(printed, map(VerifierKey.parse, public)).size == 3
    assert run("ledger", "verify", "--data", str(data), "--checkpoint", str(note)).returncode == 0
    note.write_text(printed.replace("3\n", "4\n", 1))
    done = run("ledger", "verify", "--data", str(data), "--checkpoint", str(note))
    assert done.returncode == 1
    assert "cannot be trusted" in done.stdout


def test_verify_of_what_is_no_ledger(run: Run, data: Path) -> None:
    for arguments, said in (
        (["--data", str(data / "none")], "the ledger has no such file"),
        (["--url", "mysql://host/secret", "--data", str(data)], "the ledger's URL must begin with"),
        (["--url", "nonsense", "--data", str(data)], "the ledger's URL must begin with"),
        (["--url", "postgresql://u:secret@127.0.0.1:1/x", "--data", str(data)], "the ledger cannot be read"),
    ):
        done = run("ledger", "verify", *arguments)
        assert done.returncode == 2, arguments
        assert said in done.stderr
        assert "secret" not in done.stderr
    (data / "ledger.sqlite").write_text("no database " * 100)
    assert run("ledger", "verify", "--data", str(data)).returncode == 2
    assert not (data / "none").exists()


def test_a_checkpoint_of_a_ledger_that_does_not_hold_is_not_signed(run: Run, data: Path) -> None:
    connection = sqlite3.connect(data / "ledger.sqlite", isolation_level=None)
    connection.execute('DELETE FROM ledger WHERE "index" = 1')
    connection.close()
    done = run("ledger", "checkpoint", "--data", str(data))
    assert (done.returncode, done.stdout) == (1, "")
    assert "holds 2 of the 3 entries" in done.stderr
    assert run("ledger", "checkpoint", "--data", str(data / "none")).returncode == 2


def test_keys_are_rotated(run: Run, data: Path) -> None:
    old = run("ledger", "keys", "--data", str(data)).stdout.split()
    new = run("ledger", "rotate-key", "--data", str(data)).stdout.split()
    assert run("ledger", "keys", "--data", str(data)).stdout.split() == [*new, *old]
    assert run("ledger", "verify", "--data", str(data)).returncode == 0
    load_secret(data, {})
    assert "1 earlier key(s)" in run("ledger", "rotate-pseudonyms", "--data", str(data)).stderr
    assert len(load_secret(data, {}).earlier) == 1


def test_keys_of_the_environment_are_not_rotated(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_ENV, HEX)
    monkeypatch.setenv(SECRET_ENV, HEX)
    before = {file.name: file.read_bytes() for file in data.iterdir()}
    for command, variable in (("rotate-key", KEY_ENV), ("rotate-pseudonyms", SECRET_ENV)):
        done = run("ledger", command, "--data", str(data))
        assert done.returncode == 1
        assert f"the key comes from `{variable}`" in done.stderr
        assert HEX not in done.stderr + done.stdout
    assert {file.name: file.read_bytes() for file in data.iterdir()} == before
