"""Several signed checkpoints in one text: they part in one way only."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.anchors import join_notes, read_note, split_notes
from gateway.proof.note import NoteError, open_checkpoint
from tests.gateway.anchors import KEY, ORIGIN, OTHER, note_of, stated


def test_notes_come_back_as_they_were_signed() -> None:
    notes = [note_of(size) for size in (1, 2, 30)]
    assert split_notes(join_notes(notes)) == notes
    assert [open_checkpoint(note, [KEY.verifier]).size for note in split_notes(join_notes(notes))] == [1, 2, 30]
    assert split_notes("") == split_notes("\n\n") == []


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**18), st.text("ab", max_size=3)), max_size=6), st.integers(1, 4))
def test_any_notes_come_back_however_many_lines_part_them(of: list[tuple[int, str]], blank: int) -> None:
    notes = [note_of(size, history) for size, history in of]
    assert split_notes("\n" * blank + ("\n" * blank).join(notes) + "\n" * blank) == notes


PIECES = ["a", "1", "\n", "— ", "=", "\r", "\u2028", note_of(5), note_of(6), note_of(5).partition("\n\n")[0]]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_a_text_parts_in_one_way_or_is_no_notes(text: str) -> None:
    try:
        notes = split_notes(text)
    except NoteError:
        return
    assert split_notes(join_notes(notes)) == notes


@settings(deadline=None)
@given(st.data())
def test_a_changed_byte_never_makes_two_notes_of_one(data: st.DataObject) -> None:
    notes = [note_of(5), note_of(6)]
    raw = bytearray(join_notes(notes).encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 127))
    try:
        found = split_notes(raw.decode())
    except (NoteError, UnicodeDecodeError):
        return
    assert len(found) == 2
    assert sum(note in notes for note in found) >= 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (join_notes([note_of(5)]) + note_of(6).partition("\n\n")[0], "checkpoint 2, the last one, is cut off"),
        (join_notes([note_of(5), "no note\n\n— x y\n"]), "checkpoint 2: "),
        (note_of(5).replace("\n\n", "\n"), "checkpoint 1, the last one, is cut off"),
        ("\n\n".join(note_of(5).split("\n")[:2]), "checkpoint 1: "),
    ],
    ids=["half a note", "something else", "no blank line", "lines apart"],
)
def test_what_is_no_note_is_told_by_its_place(text: str, told: str) -> None:
    with pytest.raises(NoteError, match=f"^{told}"):
        split_notes(text)


def test_a_note_is_read_without_its_key() -> None:
    note = read_note(note_of(7))
    assert (note.origin, note.size, note.note, len(note.root)) == (ORIGIN, 7, note_of(7), 32)


def test_checkpoints_of_one_tree_agree_whenever_they_were_signed() -> None:
    assert stated(7).agrees(stated(7, at="2026-11-26T09:00:00.000Z"))
    for other in (stated(8), stated(7, "forked"), stated(7, key=OTHER)):
        assert not stated(7).agrees(other)
