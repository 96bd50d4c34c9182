"""Attacks on manifests of screenings: texts that read like one, and salts by which rows could be told.

Guard: `gateway.screening.manifest` takes a text in the one form in which it writes it, and salts each row by itself.
"""

from base64 import b64encode
from collections.abc import Callable
from typing import Final

import pytest

from gateway.proof.note import NoteError, sign_note
from gateway.screening.manifest import (
    SALT_BYTES,
    TITLE,
    Manifest,
    job_salt,
    open_manifest,
    read_manifest,
    row_leaf,
    row_salt,
    row_text,
    sign_manifest,
)
from tests.gateway.portfolios import DAY, KEY

ROOT: Final = bytes(range(32))
MANIFEST: Final = Manifest(
    origin=KEY.name,
    job="0" * 32,
    rules="BK 2026.1 abc",
    as_of=DAY,
    rows=20,
    root=ROOT,
    counts={"PASS": 19, "REJECT": 1},
    input="1" * 64,
    output=None,
    key="uscc",
    columns=["verdict", "receipt"],
    time=f"{DAY}T08:00:00.000Z",
)
ALTERED: Final[dict[str, Callable[[str], str]]] = {
    "a number with a zero before it": lambda text: text.replace("rows 20", "rows 020"),
    "a number with a sign": lambda text: text.replace("rows 20", "rows +20"),
    "a number in other digits": lambda text: text.replace("rows 20", "rows ２０"),
    "no number": lambda text: text.replace("rows 20", "rows many"),
    "counts laid out anew": lambda text: text.replace('"PASS":19', '"PASS": 19'),
    "counts in another order": lambda text: text.replace('{"PASS":19,"REJECT":1}', '{"REJECT":1,"PASS":19}'),
    "a count twice": lambda text: text.replace('{"PASS":19', '{"PASS":1,"PASS":19'),
    "counts that are none": lambda text: text.replace('{"PASS":19,"REJECT":1}', "[]"),
    "a root that is too short": lambda text: text.replace(b64encode(ROOT).decode(), b64encode(ROOT[:31]).decode()),
    "a root that is too long": lambda text: text.replace(b64encode(ROOT).decode(), b64encode(ROOT + b"0").decode()),
    "a root in another alphabet": lambda text: text.replace("AAECAwQF", "AAECAwQ_"),
    "another title": lambda text: text.replace(TITLE, "screening manifest 2"),
    "no title": lambda text: text.replace(f"{TITLE}\n", ""),
    "a line more": lambda text: f"{text}more of it\n",
    "a line less": lambda text: text[: text.index("time ")],
    "two lines exchanged": lambda text: text.replace(f"as-of {DAY}\nrows 20\n", f"rows 20\nas-of {DAY}\n"),
    "a blank more": lambda text: text.replace("key uscc", "key  uscc") + " ",
    "no end of the last line": lambda text: text[:-1],
}


def test_a_manifest_is_read_as_it_was_written() -> None:
    assert open_manifest(sign_manifest(MANIFEST, KEY), [KEY.verifier]) == MANIFEST
    assert read_manifest(MANIFEST.text) == MANIFEST


@pytest.mark.parametrize("alter", ALTERED.values(), ids=ALTERED)
def test_a_text_in_another_form_is_no_manifest(alter: Callable[[str], str]) -> None:
    """Even under the right signature: else two texts would be one manifest."""
    text = alter(MANIFEST.text)
    assert text != MANIFEST.text
    with pytest.raises(NoteError):
        read_manifest(text)
    if text.endswith("\n"):
        with pytest.raises(NoteError):
            open_manifest(sign_note(text, KEY), [KEY.verifier])


def test_equal_rows_have_leaves_of_their_own() -> None:
    """Two rows of one subject with one verdict are not told to be alike by their leaves."""
    salt, text = bytes(SALT_BYTES), row_text(1, "91230881TJ0000019A", "PASS")
    assert len({row_leaf(row_salt(salt, number), text) for number in range(1, 100)}) == 99
    assert all(len(row_salt(salt, number)) == SALT_BYTES for number in (1, 2**40))


def test_no_two_jobs_share_a_salt_unless_they_ask_the_same() -> None:
    about = ("bank", "1" * 64, "BK 2026.1 abc", DAY)
    assert job_salt(b"s", *about) == job_salt(b"s", *about)
    others = [(*about[:at], f"{about[at]}0", *about[at + 1 :]) for at in range(4)]
    moved = [("bank1", about[1][1:], *about[2:]), (*about[:2], "BK 2026.1 abc2", DAY[1:])]
    salts = {job_salt(b"s", *each) for each in [about, *others, *moved]} | {job_salt(b"t", *about)}
    assert len(salts) == 8


def test_a_cell_is_not_moved_into_the_next() -> None:
    assert row_text(1, "a", "b") != row_text(1, "a,b")
    assert row_text(1, 'a","b') != row_text(1, "a", "b")
    assert row_text(1, "", "ab") != row_text(1, "a", "b")
