"""A configuration and a folder of cases that tests may write into."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from connectors.load import Known, load_sources
from connectors.spec import SourceSpec
from gateway.departments import load_departments
from gateway.policy import load_policy
from tests.commands import ROOT


@dataclass(frozen=True, slots=True)
class City:
    """The project's configuration and cases, copied."""

    config: Path
    cases: Path

    @property
    def options(self) -> tuple[str, ...]:
        return ("--config", str(self.config), "--cases", str(self.cases))

    @property
    def known(self) -> Known:
        policy = load_policy(self.config / "scopes.toml")
        return Known(load_departments(self.config / "departments.toml"), policy.field_mistake)

    def source(self, name: str) -> SourceSpec:
        """Return one source, read alone: the others are sound anyway."""
        return load_sources(self.config / "sources", self.known)[name]

    def text(self, name: str) -> str:
        return (self.config / "sources" / f"{name}.toml").read_text(encoding="utf-8")


def copy_city(folder: Path) -> City:
    shutil.copytree(ROOT / "config", folder / "config")
    shutil.copytree(ROOT / "tests" / "cases", folder / "cases")
    return City(folder / "config", folder / "cases")
