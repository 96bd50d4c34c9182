"""An anchor file: notes are added, nothing that was written whole goes, and another past is refused."""

import asyncio
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.anchors import join_notes, split_notes
from gateway.anchors.anchor import Refused, Undelivered
from gateway.anchors.file import TAIL_BYTES, FileAnchor, add_note, read_end
from tests.gateway.anchors import OTHER, note_of, stated


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints.txt"


def notes_in(path: Path) -> list[str]:
    return split_notes(path.read_text(encoding="utf-8"))


async def test_each_checkpoint_is_added_and_the_file_is_for_all_to_read(path: Path) -> None:
    anchor = FileAnchor("archive", path)
    before = os.umask(0o077)
    try:
        for size in (1, 2, 30):
            await anchor.take(stated(size))
    finally:
        os.umask(before)
    assert path.read_text(encoding="utf-8") == join_notes([note_of(1), note_of(2), note_of(30)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_the_checkpoint_that_is_there_is_not_added_again(path: Path) -> None:
    for at in ("2026-11-26T08:00:00.000Z", "2026-11-26T09:00:00.000Z"):
        add_note(path, stated(5, at=at))
    assert notes_in(path) == [note_of(5)]


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (stated(4), "smaller than the last checkpoint there"),
        (stated(5, "forked"), "another root than the last checkpoint there"),
        (stated(9, key=OTHER), "the file is of another ledger"),
    ],
    ids=["smaller", "forked", "another ledger"],
)
def test_another_past_is_refused_and_changes_nothing(new: object, reason: str, path: Path) -> None:
    add_note(path, stated(5))
    before = path.read_bytes()
    with pytest.raises(Refused) as raised:
        add_note(path, new)  # type: ignore[arg-type]
    assert raised.value.reason == reason
    assert path.read_bytes() == before


WHOLE = join_notes([note_of(4), note_of(5)]).encode()
LAST = join_notes([note_of(6)]).encode()


@settings(deadline=None)
@given(st.integers(0, len(LAST) - 3))
def test_half_a_note_is_cut_off_wherever_it_was_broken(cut: int) -> None:
    end = read_end(WHOLE + LAST[:cut], len(WHOLE) + cut)
    assert end.last is not None
    assert (end.last.note, end.gap, end.half) == (note_of(5), "", LAST[:cut])


@pytest.mark.parametrize("cut", [0, 1, 20, len(note_of(6).encode()) - 3, len(LAST) - 1, len(LAST)])
@pytest.mark.parametrize("before", [b"", WHOLE], ids=["alone", "after others"])
def test_a_broken_write_is_mended_by_the_next(cut: int, before: bytes, path: Path) -> None:
    path.write_bytes(before + LAST[:cut])
    add_note(path, stated(7))
    whole = [note_of(4), note_of(5)] if before else []
    kept = [note_of(6)] if cut >= len(LAST) - 1 else []
    assert notes_in(path) == [*whole, *kept, note_of(7)]
    assert path.read_bytes().startswith(before)


@pytest.mark.parametrize(
    "content",
    [b"garbage", b"garbage\n\n", WHOLE + b"garbage\n", WHOLE + b"garbage", b"\xff\xfe", b"a\n" * TAIL_BYTES],
    ids=["garbage", "a paragraph", "behind notes", "behind notes, no line", "no text", "large"],
)
def test_what_is_not_ours_is_never_cut_off(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(Refused) as raised:
        add_note(path, stated(7))
    assert raised.value.reason == "the file holds something else than checkpoints"
    assert path.read_bytes() == content


def test_only_the_end_of_a_long_file_is_read(path: Path) -> None:
    notes = [note_of(size) for size in range(1, 1000)]
    path.write_text(join_notes(notes), encoding="utf-8")
    assert path.stat().st_size > 3 * TAIL_BYTES
    add_note(path, stated(1000))
    with pytest.raises(Refused):
        add_note(path, stated(999))
    assert len(notes_in(path)) == 1000


def _link(path: Path) -> None:
    path.with_name("target").write_text("")
    path.symlink_to(path.with_name("target"))


def _pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(("make", "error"), [(_link, Undelivered), (_pipe, Refused), (Path.mkdir, Undelivered)])
async def test_only_an_ordinary_file_is_written(
    make: Callable[[Path], None], error: type[Exception], path: Path
) -> None:
    make(path)
    with pytest.raises(error) as raised:
        await FileAnchor("archive", path).take(stated(1))
    assert str(path.parent) not in str(raised.value)


async def test_a_folder_that_is_away_may_come_back(tmp_path: Path) -> None:
    anchor = FileAnchor("archive", tmp_path / "mount" / "checkpoints.txt")
    with pytest.raises(Undelivered) as raised:
        await anchor.take(stated(1))
    assert raised.value.reason == "no such file or directory"
    (tmp_path / "mount").mkdir()
    await anchor.take(stated(1))
    assert notes_in(anchor.path) == [note_of(1)]


def test_a_full_disk_leaves_no_half_note(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_note(path, stated(5))
    whole, write = path.read_bytes(), os.write

    def full(descriptor: int, data: bytes) -> int:
        if len(data) < 100:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[: len(data) - 50])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        add_note(path, stated(6))
    assert path.read_bytes() == whole


async def test_writers_at_once_leave_whole_notes_in_order(path: Path) -> None:
    async def write(size: int) -> None:
        with suppress(Refused):  # one that comes after a larger one
            await FileAnchor("archive", path).take(stated(size))

    await asyncio.gather(*(write(size) for size in range(1, 40)))
    sizes = [int(note.split("\n")[1]) for note in notes_in(path)]
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == 39
