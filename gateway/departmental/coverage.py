"""Which policy files are wider than what a second person signed: refused in production, noted in development.

A file is in force as far as it is no wider than the signed content, so that a change that only narrows needs nobody.
Without a signature nothing was signed: a file may then close fields, and open nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors.errors import Mistake
from gateway.departmental.load import FOLDER
from gateway.departmental.model import PolicyFile
from gateway.departmental.signature import InvalidSignature, Statement, read_signature
from gateway.departmental.signers import Signer
from gateway.departmental.widening import Difference, wider
from gateway.policy.departmental import Departmental

SUFFIX: Final = ".jws"
NOTHING: Final = Departmental()


@dataclass(frozen=True, slots=True)
class Covered:
    """How far the file of ``department`` is signed for: the ``signed`` statement that counts, or why none does.

    ``wider`` tells what the file opens beyond it; empty when the file may be in force.
    """

    department: str
    signed: Statement | None
    refused: str | None
    wider: tuple[Difference, ...]

    @property
    def sound(self) -> bool:
        """Whether the file may be in force in production."""
        return self.refused is None and not self.wider

    @property
    def why(self) -> str:
        """What is wrong, in words; empty when nothing is."""
        if self.refused is not None:
            return f"the signature does not count: {self.refused}"
        if not self.wider:
            return ""
        base = "nothing is signed" if self.signed is None else "wider than what is signed"
        told = f"{base}: {len(self.wider)} grants more, the first {words(self.wider[0])}"
        return f"{told}; `policy sign {self.department}` shows all of them"


def coverage(
    files: Mapping[str, PolicyFile], folder: Path, signers: Mapping[str, Signer], today: str
) -> dict[str, Covered]:
    """Return how far each file, and each signature whose file is gone, is covered on ``today``, by department."""
    signed = {path.stem for path in folder.glob(f"*{SUFFIX}")}
    return {
        department: _covered(department, files.get(department), folder, signers, today)
        for department in sorted({*files, *signed})
    }


def coverage_mistakes(covered: Mapping[str, Covered]) -> Iterator[Mistake]:
    """Yield a mistake for each file that may not be in force."""
    for department, each in covered.items():
        if not each.sound:
            name = f"{department}.toml" if each.refused is None else f"{department}{SUFFIX}"
            yield Mistake(f"{FOLDER}/{name}", "", each.why)


def _covered(
    department: str, file: PolicyFile | None, folder: Path, signers: Mapping[str, Signer], today: str
) -> Covered:
    signed, refused = None, None
    try:
        signed = _read(folder / f"{department}{SUFFIX}", department, signers, today)
    except InvalidSignature as error:
        refused = error.reason
    # A file that is gone closes nothing any more: what it closed opens.
    before = signed.policy_file().decided if signed is not None else NOTHING
    after = file.decided if file is not None else NOTHING
    return Covered(department, signed, refused, tuple(wider(before, after)))


def _read(path: Path, department: str, signers: Mapping[str, Signer], today: str) -> Statement | None:
    if not path.is_file():
        return None
    try:
        raw = path.read_bytes()
    except OSError:
        raise InvalidSignature("it cannot be read") from None
    return read_signature(raw, department, signers, today)


def words(difference: Difference) -> str:
    """Return one difference on one line."""
    names = " ".join(difference.names)
    return f"{difference.kind.lower()} {names} from {difference.since} to {difference.until}"
