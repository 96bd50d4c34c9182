"""The copy of the last checkpoint, outside of the database: by it one that was rolled back as a whole is noticed."""

from pathlib import Path

from gateway.ledger.refused import LedgerRefused
from gateway.proof.note import NoteError, read_checkpoint, split_note
from gateway.storage.files import PRIVATE, alone, rewrite


def read_copy(path: Path | None) -> str | None:
    """Return the signed checkpoint that is kept at ``path``, None where there is none."""
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise LedgerRefused("the checkpoint kept in the data folder is no text: it was altered") from None


def write_copy(path: Path, note: str) -> None:
    """Keep ``note`` at ``path``, unless what is there tells of a longer log: processes may come here out of turn."""
    with alone(path.parent):
        kept = read_copy(path)
        if kept is None or _size(kept) < _size(note):
            rewrite(path, note, PRIVATE)


def _size(note: str) -> int:
    try:
        return read_checkpoint(split_note(note)[0]).size
    except NoteError:
        raise LedgerRefused("the checkpoint kept in the data folder is none: it was altered") from None
