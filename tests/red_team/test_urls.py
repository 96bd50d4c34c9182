"""URLs of databases that are written wrongly: no mistake quotes what may be a password.

Guard: `gateway.storage.urls.read_url`, and its likes for the ledger's commands and the table of clients. Of
`postgresql://user:password/database`, where the host was forgotten, the password is read as a port.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import pytest

from connectors.errors import ConfigError
from gateway.clients.table import _engine
from gateway.kept import _opened
from gateway.screening.jobs import Jobs
from gateway.storage import read_url
from gateway.watch.watches import Watches
from tests.commands import Run

SECRET: Final = "hunter2"
URLS: Final = {
    "no host": f"postgresql://reader:{SECRET}/ledger",
    "the password for a port": f"postgresql://reader:x@127.0.0.1:{SECRET}/ledger",
    "another kind": f"mysql://reader:{SECRET}@127.0.0.1/ledger",
    "no URL": SECRET,
    "a scheme alone": f"{SECRET}://",
}


@pytest.mark.parametrize("url", URLS.values(), ids=URLS)
@pytest.mark.parametrize("read", [lambda url: read_url(url, "ledger's"), _engine], ids=["stores", "clients"])
def test_a_url_that_is_none_is_not_quoted(url: str, read: Callable[[str], Any]) -> None:
    with pytest.raises(ValueError, match="must begin with") as error:
        read(url)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize("url", URLS.values(), ids=URLS)
@pytest.mark.parametrize("open_", [Jobs.open, Watches.open], ids=["screenings", "watches"])
def test_a_store_that_is_not_opened_does_not_quote_it(url: str, open_: Callable[[str], Awaitable[Any]]) -> None:
    with pytest.raises(ConfigError) as error:
        asyncio.run(_open(open_, url))
    assert SECRET not in str(error.value)
    assert not any(SECRET in each.message for each in error.value.mistakes)


async def _open(open_: Callable[[str], Awaitable[Any]], url: str) -> None:
    await _opened(open_(url), "store", "CREDIT_STORE_URL")


def test_a_command_does_not_quote_it(run: Run, tmp_path: Path) -> None:
    told = run("ledger", "checkpoint", "--url", URLS["no host"], "--data", str(tmp_path))
    assert told.returncode == 2
    assert SECRET not in told.stdout + told.stderr
    assert "must begin with" in told.stderr
