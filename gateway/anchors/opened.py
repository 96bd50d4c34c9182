"""From the configuration to anchors that follow a ledger: every checkpoint it stores, and at once the last one."""

from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from connectors.errors import ConfigError, Mistake
from gateway.anchors.anchors import Anchors
from gateway.anchors.declared import AnchorSpec
from gateway.ledger import Ledger
from gateway.ledger.tables import LEDGER_CHECKPOINT


async def open_anchors(
    specs: list[AnchorSpec], ledger: Ledger, url: str, environ: Mapping[str, str], folder: Path, data: Path
) -> Anchors:
    """Return the anchors of ``specs``, which take the checkpoints of ``ledger``, whose database is at ``url``.

    What an anchor did not take before the last stop is brought to it now: the newest checkpoint covers all others.
    Raises `ConfigError`.
    """
    try:
        anchors = await Anchors.open(specs, environ, folder, data, url, consistency=ledger.consistency)
    except ConfigError:
        raise
    except Exception as error:  # noqa: BLE001  (a driver may raise anything, and quote the password)
        raise ConfigError([Mistake("ledger", "anchors", f"cannot be opened: {type(error).__name__}")]) from None
    if specs:
        latest = sa.select(LEDGER_CHECKPOINT.c.note).order_by(LEDGER_CHECKPOINT.c.size.desc()).limit(1)
        for (note,) in await ledger.rows(latest):
            await anchors.anchor(note)
        ledger.add_anchor(anchors.anchor)
    return anchors
