"""Several signed checkpoints in one text, and what each states; nothing is verified here. No I/O in this file.

A note (C2SP signed-note) is a text, a blank line, and lines of signatures, each of which begins with an em dash. The
text of a checkpoint (C2SP tlog-checkpoint) has no blank line. So paragraphs take turns, a text and its signatures, and
notes with a blank line between them part in one way only: whoever can change such a file can add, drop or break notes,
but cannot make two readers see different ones.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gateway.proof.note import NoteError, read_checkpoint, split_note

_BLANK: Final = re.compile(r"\n{2,}")


@dataclass(frozen=True, slots=True)
class Stated:
    """One checkpoint as it stands in ``note``; whether it is signed is for its reader to verify."""

    note: str
    origin: str
    size: int
    root: bytes

    def agrees(self, other: "Stated") -> bool:
        """Return whether both are of one tree: whatever else they say, such as the time of signing."""
        return (self.origin, self.size, self.root) == (other.origin, other.size, other.root)


def read_note(note: str) -> Stated:
    """Return what the checkpoint ``note`` states; raises `NoteError`."""
    checkpoint = read_checkpoint(split_note(note)[0])
    return Stated(note, checkpoint.origin, checkpoint.size, checkpoint.root)


def split_notes(text: str) -> list[str]:
    """Return the notes of ``text``, in order, each whole as it was signed; raises `NoteError` with its place.

    Blank lines at the beginning and the end, and more than one between two notes, are allowed.
    """
    paragraphs = [each for each in _BLANK.split(text.strip("\n")) if each]
    notes = [f"{said}\n\n{signed}\n" for said, signed in zip(paragraphs[::2], paragraphs[1::2], strict=False)]
    for place, note in enumerate(notes, 1):
        try:
            read_note(note)
        except NoteError as error:
            raise NoteError(f"checkpoint {place}: {error}") from None
    if len(paragraphs) % 2:
        raise NoteError(f"checkpoint {len(notes) + 1}, the last one, is cut off: it has no signature")
    return notes


def join_notes(notes: Iterable[str]) -> str:
    """Return ``notes`` as one text, from which `split_notes` reads them; what stands in a file of an anchor."""
    return "".join(f"{note}\n" for note in notes)
