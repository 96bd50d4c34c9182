"""The departments of the city as `config/departments.toml` lists them."""

from pathlib import Path

import msgspec

from connectors.errors import ConfigError, Mistake


class Department(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One department: ``uscc`` is its own code, ``predecessors`` the bodies of the 2018 notice it stands for."""

    code: str
    name: str
    uscc: str | None = None
    predecessors: list[str] = []
    valid_from: str | None = None


class _Register(msgspec.Struct, forbid_unknown_fields=True):
    departments: list[Department]


def load_departments(path: Path) -> dict[str, Department]:
    """Return the departments of ``path`` by code; raises `ConfigError`."""
    try:
        register = msgspec.toml.decode(path.read_bytes(), type=_Register)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError([Mistake(path.name, "", str(error))]) from error
    repeated = {each.code for each in register.departments if [d.code for d in register.departments].count(each.code) > 1}
    if repeated:
        raise ConfigError([Mistake(path.name, "departments", f"repeated code `{code}`") for code in sorted(repeated)])
    return {each.code: each for each in register.departments}
