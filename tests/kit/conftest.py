"""A city that a test may change, and a live source in it."""

from pathlib import Path

import pytest

from tests.kit.onboarding import City, copy_city
from tests.kit.sources import ONE, TWO, fill, row, url_of

SOURCE = """
name = "city_order"
department = "market_regulation"
title = "城市管理行政处罚系统"
contact = "法制科(示例)"
kind = "sql"
url_env = "CITY_ORDER_URL"
timeout_seconds = 5.0
batch_size = 20
concurrency = 3

[entities.AdministrativePenalty]
table = "v_cf"
keys.USCC = { column = "tyshxydm", form = "lower" }
record_key = ["cf_id"]
as_of = { column = "gxsj" }
tombstone = { column = "sc_bz", values = ["D"] }

[entities.AdministrativePenalty.fields]
decision_no = { column = "wsh", type = "text", scope = "credit.public" }
decided_on = { column = "jdrq", type = "date", scope = "credit.public" }
remark = { column = "bz", type = "text", scope = "credit.public", disclosure = "GOV" }
"""


@pytest.fixture
def city(tmp_path: Path) -> City:
    """The project's configuration and cases, copied."""
    return copy_city(tmp_path)


@pytest.fixture
def live(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database of a source that the city has a file of."""
    (city.config / "sources" / "city_order.toml").write_text(SOURCE, encoding="utf-8")
    path = tmp_path / "order.sqlite"
    fill(path, [row(ONE), row(TWO, cf_id="2"), row(TWO, cf_id="3", sc_bz="D")])
    monkeypatch.setenv("CITY_ORDER_URL", url_of(path))
    return path
