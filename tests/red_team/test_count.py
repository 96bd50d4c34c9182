"""How many attacks there are: a parametrized case is one; what checks that a prize is there at all is none."""

from pathlib import Path
from typing import Final

import pytest

FOLDER: Final = Path(__file__).parent
LEAST: Final = 1200


def test_there_are_no_fewer_attacks_than_there_were(request: pytest.FixtureRequest) -> None:
    items = [item for item in request.session.items if item.path.parent == FOLDER]
    missing = {path.name for path in FOLDER.glob("test_*.py")} - {item.path.name for item in items}
    if missing:
        pytest.skip(f"counted when the whole folder is run: not collected are {', '.join(sorted(missing))}")
    attacks = {item.nodeid for item in items if isinstance(item, pytest.Function) and hasattr(item, "callspec")}
    assert len(attacks) >= LEAST, "an attack that is taken out must be replaced"
