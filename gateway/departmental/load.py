"""Reading of `config/policies/`: one file a department, named by its code and owned by it; every mistake at once."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from connectors.declaration import Part, read_toml, sound_part
from connectors.errors import ConfigError, Mistake
from gateway.departmental.declared import Declared
from gateway.departmental.mistakes import Known, file_mistakes, owner_mistakes
from gateway.departmental.model import PolicyFile
from gateway.policy.departmental import Departmental

FOLDER: Final = "policies"


def load_departmental(folder: Path, known: Known) -> Departmental:
    """Return what the departments decided in the files of ``folder``; raises `ConfigError` with every mistake.

    Without a file, or the whole folder, a department has decided nothing: it has no duty, and approves nothing.
    """
    return together(read_policies(folder, known).values())


def read_policies(folder: Path, known: Known) -> dict[str, PolicyFile]:
    """Return the policy files of ``folder`` by department; raises `ConfigError` with every mistake of every file."""
    mistakes: list[Mistake] = []
    read: dict[str, PolicyFile] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            read[path.stem] = read_policy(path, known)
        except ConfigError as error:
            mistakes += (Mistake(f"{FOLDER}/{path.name}", each.place, each.message) for each in error.mistakes)
    if mistakes:
        raise ConfigError(mistakes)
    return read


def read_policy(path: Path, known: Known) -> PolicyFile:
    """Return the policy file at ``path``, whose name is the department's code; raises `ConfigError`."""
    tables = read_toml(path)
    mistakes: list[Mistake] = []

    def note(place: str, message: str) -> None:
        mistakes.append(Mistake(path.name, place, message))

    sound = sound_part(tables, Declared, "", note)
    assert isinstance(sound, Part), "a TOML file is a table"
    for place, message in (*owner_mistakes(path.stem, known), *file_mistakes(path.stem, sound, known)):
        note(place, message)
    if mistakes:
        raise ConfigError(mistakes)
    return msgspec.convert(tables, Declared).policy_file(path.stem)


def together(files: Iterable[PolicyFile]) -> Departmental:
    """Return what all ``files`` decide; the version changes whenever one of them says something else."""
    decided = [each.decided for each in sorted(files, key=lambda each: each.department)]
    duties = tuple(duty for each in decided for duty in each.duties)
    approvals = tuple(approval for each in decided for approval in each.approvals)
    closures = tuple(closure for each in decided for closure in each.closures)
    return Departmental(
        _digest({"duties": duties, "approvals": approvals, "closures": closures}), duties, approvals, closures
    )


def _digest(said: Mapping[str, object]) -> str:
    return sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:16]
