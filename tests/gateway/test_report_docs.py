"""What `config/README.md` says of the settings of reports is what the code knows, all of it."""

import re
from pathlib import Path

from gateway.configuration import OWN_SECRETS
from gateway.reports.keys import KEY_ENV
from gateway.settings import ReportRules

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "config" / "README.md").read_text(encoding="utf-8").split("\n## 信用报告 · Credit reports\n")[1]


def test_every_setting_is_explained_and_no_other() -> None:
    told = re.findall(r"^\| `([a-z_]+)` \|", TEXT.split("\n## ")[0], re.MULTILINE)
    assert told == list(ReportRules.__struct_fields__)


def test_every_setting_stands_in_the_file_with_its_default() -> None:
    text = (ROOT / "config" / "gateway.toml").read_text(encoding="utf-8").split("[reports]")[1]
    assert set(re.findall(r"^# ([a-z_]+) = ", text, re.MULTILINE)) == set(ReportRules.__struct_fields__)


def test_the_key_is_named_and_may_be_a_file() -> None:
    assert KEY_ENV in TEXT
    assert KEY_ENV in OWN_SECRETS
