"""What the contenders of Node run from: the scripts of `node/` and the packages they need, in a folder of their own.

`var/benchmarks/node` (ignored by git, removed by `make clean`) is filled by npm at first use, and again when
`node/package.json` has changed. Nothing else of the project needs Node, and nothing of these packages is part of it:
Hive is under the MIT license, @apollo/gateway under the Elastic License 2.0.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

SCRIPTS: Final = Path(__file__).parent / "node"
HOME: Final = Path(__file__).parents[2] / "var" / "benchmarks" / "node"
LEAST_NODE: Final = 20
_INSTALL: Final = ("install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
_NEEDED: Final = f"contenders of Node need `node` ({LEAST_NODE} or later) and `npm`: apt-get install nodejs npm"


class Missing(Exception):
    """Node, npm or the packages are not there; says what to do."""


def installed(home: Path = HOME) -> bool:
    """True when the packages that `node/package.json` names were installed to their end, and Node is there."""
    mark = home / "installed.json"
    return shutil.which("node") is not None and mark.is_file() and mark.read_bytes() == _wanted().read_bytes()


def prepare(say: Callable[[str], None], home: Path = HOME) -> None:
    """Install what is not there yet, tell so, and bring the scripts up to date; raises `Missing`."""
    node_version()
    if not installed(home):
        _install(say, home)
    for script in SCRIPTS.glob("*.js"):
        shutil.copy(script, home)


def node_version() -> str:
    """Return the version of Node without its `v`; raises `Missing` when it or npm is not there, or too old."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise Missing(_NEEDED)
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < LEAST_NODE:
        raise Missing(f"{_NEEDED}; here is {version}")
    return version.removeprefix("v")


def versions() -> dict[str, str]:
    """Return package -> version, Node itself included."""
    named: dict[str, str] = json.loads(_wanted().read_bytes())["dependencies"]
    return {"node": node_version(), **named}


def command(script: str, *arguments: str, home: Path = HOME) -> list[str]:
    """Return the command that runs a script of `node/`."""
    return ["node", str(home / f"{script}.js"), *arguments]


def _wanted() -> Path:
    return SCRIPTS / "package.json"


def _install(say: Callable[[str], None], home: Path) -> None:
    say(f"installing the packages of tests/benchmarks/node into {home}: about a minute, at first use only")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    shutil.copy(_wanted(), home)
    done = subprocess.run(["npm", *_INSTALL], cwd=home, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Missing(f"npm could not install them:\n{done.stderr.strip()}")
    shutil.copy(_wanted(), home / "installed.json")
