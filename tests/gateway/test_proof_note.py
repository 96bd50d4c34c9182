"""Signed notes and checkpoints: the known answers of Go's sumdb/note, strict reading, several keys."""

from base64 import b64decode, b64encode
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.proof.merkle import digest
from gateway.proof.note import (
    MAX_NOTE_BYTES,
    Checkpoint,
    NoteError,
    SigningKey,
    VerifierKey,
    open_checkpoint,
    open_note,
    read_checkpoint,
    sign_checkpoint,
    sign_note,
    split_note,
    stamped,
    vkeys,
)

ROOT = digest(b"root", "sha-256")
KEY = SigningKey("credit.city.example/ledger", b"\x01" * 32)
OTHER = SigningKey("credit.city.example/ledger", b"\x02" * 32)
HEAD = stamped("credit.city.example/ledger", 20852163, ROOT, "sm3", "2026-11-26T08:00:00.000Z")
NOTE = sign_checkpoint(HEAD, KEY)
BODY, _, LINE = NOTE.rpartition("\n\n")

# golang.org/x/mod/sumdb/note, note_test.go
NEUMANN = SigningKey("PeterNeumann", b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:])
NEUMANN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
ANSWER = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NEUMANN_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)


def test_the_known_answers() -> None:
    assert str(NEUMANN.verifier) == NEUMANN_KEY
    assert sign_note(ANSWER, NEUMANN) == f"{ANSWER}\n{NEUMANN_LINE}"
    both = f"{ANSWER}\n{NEUMANN_LINE}{ENOCH_LINE}"
    for key in (NEUMANN_KEY, ENOCH_KEY):
        assert open_note(both, [VerifierKey.parse(key)]) == ANSWER


def test_a_checkpoint_is_found_again() -> None:
    assert NOTE.splitlines()[:6] == [
        "credit.city.example/ledger",
        "20852163",
        b64encode(ROOT).decode(),
        "algorithm sm3",
        "time 2026-11-26T08:00:00.000Z",
        "",
    ]
    found = open_checkpoint(NOTE, [KEY.verifier])
    assert found == HEAD
    assert (found.algorithm, found.at) == ("sm3", "2026-11-26T08:00:00.000Z")
    plain = open_checkpoint(sign_checkpoint(Checkpoint("log", 0, ROOT), KEY), [KEY.verifier])
    assert (plain.algorithm, plain.at, plain.size) == ("sha-256", None, 0)


def test_a_key_is_found_again() -> None:
    assert VerifierKey.parse(str(KEY.verifier)) == KEY.verifier
    assert vkeys(f"# earlier\n{KEY.verifier}\n\n{OTHER.verifier}\n{KEY.verifier}\n") == (KEY.verifier, OTHER.verifier)
    assert repr(KEY.seed) not in repr(KEY)
    with pytest.raises(NoteError, match="line 2: a public key has the form"):
        vkeys(f"{KEY.verifier}\nnothing\n")


def test_a_note_of_several_keys() -> None:
    both = sign_checkpoint(HEAD, KEY, OTHER)
    for keys in ([KEY.verifier], [OTHER.verifier], [KEY.verifier, OTHER.verifier]):
        assert open_checkpoint(both, keys) == HEAD
    third = SigningKey("credit.city.example/ledger", b"\x03" * 32)
    renamed = SigningKey("elsewhere", b"\x01" * 32)
    for key in (third, renamed):
        with pytest.raises(NoteError, match="no key that is known has signed the note"):
            open_checkpoint(both, [key.verifier])
    with pytest.raises(NoteError, match="no key"):
        open_checkpoint(both, [])


def test_a_bad_signature_of_a_known_key_spoils_the_note() -> None:
    bad = LINE.replace(LINE.split()[2], b64encode(KEY.verifier.id + b"\x00" * 64).decode())
    note = sign_note(BODY + "\n", OTHER) + bad
    with pytest.raises(NoteError, match=r"is not over this text"):
        open_checkpoint(note, [KEY.verifier, OTHER.verifier])
    assert open_checkpoint(note, [OTHER.verifier]) == HEAD, "whose key is not known does not count"


@given(st.integers(0, len(BODY) - 1), st.characters(exclude_categories=["Cs"]))
def test_no_other_text_passes_for_the_signed_one(at: int, character: str) -> None:
    altered = BODY[:at] + character + BODY[at + 1 :]
    if altered != BODY:
        with pytest.raises(NoteError):
            open_checkpoint(f"{altered}\n\n{LINE}", [KEY.verifier])


BROKEN = {
    "no signature": (f"{BODY}\n", "no empty line"),
    "no newline at the end": (NOTE[:-1], "does not end with a newline"),
    "no line after the empty one": (f"{BODY}\n\n", "does not end with a newline"),
    "empty": ("", "no empty line"),
    "a tab": (NOTE.replace("algorithm sm3", "algorithm\tsm3"), "control character"),
    "carriage returns": (NOTE.replace("\n", "\r\n"), "control character"),
    "half a character": (f"\ud800{NOTE}", "not UTF-8"),
    "a hyphen": (NOTE.replace("— ", "-- "), "has the form"),
    "two spaces": (NOTE.replace("— ", "—  "), "has the form"),
    "no name": (f"{BODY}\n\n—  abcd\n", "name of a key"),
    "a plus in the name": (f"{BODY}\n\n— a+b abcdefgh\n", "name of a key"),
    "no base64": (NOTE.replace("=\n", "!\n"), "not base64"),
    "short": (f"{BODY}\n\n— a AAAA\n", "too short"),
    "base64 of another form": (f"{BODY}\n\n— a AAAAAAB=\n", "not written as base64 should be"),
    "many signatures": (NOTE + LINE * 16, "more than 16 signatures"),
    "long": ("x" * MAX_NOTE_BYTES + NOTE, "longer than"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_note(what: str) -> None:
    text, message = BROKEN[what]
    with pytest.raises(NoteError, match=message):
        open_checkpoint(text, [KEY.verifier])


NO_CHECKPOINT = {
    "two lines": ("log\n1\n", "at least three lines"),
    "no newline": (f"log\n1\n{b64encode(ROOT).decode()}", "does not end with a newline"),
    "an empty line": (f"log\n1\n\n{b64encode(ROOT).decode()}\n", "an empty line"),
    "no origin": (f"\n1\n{b64encode(ROOT).decode()}\n", "an empty line"),
    "a leading zero": (f"log\n01\n{b64encode(ROOT).decode()}\n", "no plain decimal"),
    "a sign": (f"log\n+1\n{b64encode(ROOT).decode()}\n", "no plain decimal"),
    "below zero": (f"log\n-1\n{b64encode(ROOT).decode()}\n", "no plain decimal"),
    "other digits": (f"log\n١\n{b64encode(ROOT).decode()}\n", "no plain decimal"),
    "a huge size": (f"log\n{'9' * 20}\n{b64encode(ROOT).decode()}\n", "no plain decimal"),
    "a short root": ("log\n1\nAAAA\n", "not 32 bytes"),
    "no root": ("log\n1\nroot\x7f\n", "not base64"),
}


@pytest.mark.parametrize("what", NO_CHECKPOINT)
def test_what_is_no_checkpoint(what: str) -> None:
    text, message = NO_CHECKPOINT[what]
    with pytest.raises(NoteError, match=message):
        read_checkpoint(text)
    with pytest.raises(NoteError):
        open_checkpoint(sign_note(text, KEY), [KEY.verifier])


def as_key(raw: bytes, name: str = "a") -> str:
    return f"{name}+00000000+{b64encode(raw).decode()}"


NO_KEY = {
    "no parts": ("abc", "has the form"),
    "another id": (str(KEY.verifier).replace(KEY.verifier.id.hex(), "00000000"), "does not fit"),
    "another name": (f"x{KEY.verifier}", "does not fit"),
    "another kind": (as_key(b"\x02" * 33), "no Ed25519 key"),
    "short": (as_key(b"\x01" * 32), "no Ed25519 key"),
    "a space": (as_key(b"\x01" * 33, "a b"), "must have no space"),
    "no base64": ("a+00000000+*", "not base64"),
}


@pytest.mark.parametrize("what", NO_KEY)
def test_what_is_no_key(what: str) -> None:
    text, message = NO_KEY[what]
    with pytest.raises(NoteError, match=message):
        VerifierKey.parse(text)


@pytest.mark.parametrize("seed", [b"", b"x" * 31, b"x" * 33])
def test_a_seed_that_is_none(seed: bytes) -> None:
    with pytest.raises(NoteError, match="32 bytes"):
        SigningKey("log", seed)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u3000b"])
def test_a_name_that_is_none(name: str) -> None:
    with pytest.raises(NoteError, match="name of a key"):
        SigningKey(name, b"x" * 32)


@pytest.mark.parametrize("line", ["", "a\nb", "a\tb"])
def test_a_line_that_would_read_otherwise_is_not_signed(line: str) -> None:
    for checkpoint in (Checkpoint(line, 1, ROOT), Checkpoint("log", 1, ROOT, (line,))):
        with pytest.raises(NoteError):
            sign_checkpoint(checkpoint, KEY)


def test_the_lines_of_ours_count_once() -> None:
    twice = Checkpoint("log", 1, ROOT, ("algorithm sm3", "algorithm sha-256", "time a", "time b"))
    for name in ("algorithm", "at"):
        with pytest.raises(NoteError, match="several lines"):
            getattr(twice, name)
    with pytest.raises(NoteError, match="not known: `md5`"):
        _ = Checkpoint("log", 1, ROOT, ("algorithm md5",)).algorithm


@given(st.text(max_size=200))
def test_nothing_else_is_raised(text: str) -> None:
    for read in (split_note, read_checkpoint, VerifierKey.parse, vkeys):
        with suppress(NoteError):
            read(text)
