"""A gateway with anchors: checkpoints reach them, also the last one, and `/metrics` tells how far they are."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from msgspec import structs

from connectors.errors import ConfigError
from gateway.anchors import AnchorSpec, read_note, split_notes
from gateway.app import Gateway, open_gateway
from gateway.configuration import Configuration, load_configuration
from gateway.proof.note import VerifierKey, open_checkpoint
from tests.gateway.receivers import SECRET_TEXT, receiving
from tests.nowhere import nobody_there

CONFIG = Path(__file__).parents[2] / "config"
FILE = AnchorSpec(name="archive", kind="file", path="checkpoints.txt")
HOOK = AnchorSpec(name="hook", kind="webhook", url_env="HOOK_URL", secret_env="HOOK_SECRET")


def configured(*anchors: AnchorSpec) -> Configuration:
    configuration = load_configuration(CONFIG)
    settings = configuration.settings
    ledger = structs.replace(settings.ledger, anchors=list(anchors))
    return replace(configuration, settings=structs.replace(settings, ledger=ledger))


def environ(**more: str) -> dict[str, str]:
    sources = load_configuration(CONFIG).catalogue.sources.values()
    return {**nobody_there(sources), "HOOK_SECRET": SECRET_TEXT, **more}


async def metrics(gateway: Gateway) -> str:
    transport = httpx2.ASGITransport(app=gateway.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return (await client.get("/metrics")).text


async def test_the_last_checkpoint_reaches_every_anchor_before_the_gateway_stops(tmp_path: Path) -> None:
    configuration = configured(FILE, HOOK)
    async with receiving() as (url, received):
        async with open_gateway(configuration, environ(HOOK_URL=url), tmp_path) as gateway:
            keys = [VerifierKey.parse(key) for key in gateway.desk.ledger.keys]
        notes = split_notes((tmp_path / "checkpoints.txt").read_text(encoding="utf-8"))
        assert len(notes) == 1, "the start was written to the ledger, and nothing else"
        assert open_checkpoint(notes[0], keys).size == received.sizes[-1] > 0
        async with open_gateway(configuration, environ(HOOK_URL=url), tmp_path) as gateway:
            told = await metrics(gateway)
        assert f'credit_gateway_anchor_size{{anchor="archive"}} {read_note(notes[0]).size}.0' in told
        assert 'credit_gateway_anchor_waiting{anchor="archive"}' in told
    later = split_notes((tmp_path / "checkpoints.txt").read_text(encoding="utf-8"))
    assert later[0] == notes[0]
    assert read_note(later[-1]).size > read_note(notes[0]).size
    assert received.sizes[-1] == read_note(later[-1]).size


async def test_an_anchor_that_is_away_stops_nothing_and_gets_the_newest_at_the_next_start(tmp_path: Path) -> None:
    away = structs.replace(FILE, path="mount/checkpoints.txt")
    async with open_gateway(configured(away), environ(), tmp_path) as gateway:
        assert await gateway.desk.ledger.keep_checkpoint() is not None
        while not gateway_failures(await metrics(gateway)):
            await asyncio.sleep(0.01)
    (tmp_path / "mount").mkdir()
    async with open_gateway(configured(away), environ(), tmp_path):
        pass
    assert split_notes((tmp_path / "mount" / "checkpoints.txt").read_text(encoding="utf-8"))


def gateway_failures(told: str) -> bool:
    return 'anchor_failures_total{anchor="archive",reason="no such file or directory"}' in told


async def test_variables_of_anchors_are_needed_before_anything_opens(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        async with open_gateway(configured(HOOK), environ(), tmp_path):
            pytest.fail("it opened")
    assert [mistake.place for mistake in raised.value.mistakes] == ["ledger.anchors.1.url_env"]
    assert not (tmp_path / "ledger.sqlite").exists()
