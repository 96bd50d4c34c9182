"""Consents as tests record them, and consent tokens as an issuer signs them: good but for what a test changes."""

import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from joserfc.jwk import ECKey, Key
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64encode
from sqlalchemy.ext.asyncio import create_async_engine

from connectors.hours import CHINA_TIME
from gateway.auth.keys import Keys
from gateway.consents import Consent, Recorded
from gateway.consents.consents import Consents
from gateway.consents.model import Recorder
from gateway.consents.tokens import ConsentTokens
from gateway.ledger import new_receipt
from tests.gateway.tokens import MISSING, fixed
from tests.servers import Server

ISSUER = "https://consents.test"
AUDIENCE = "credit-gateway"
KEY = ECKey.generate_key("P-256", {"kid": "c1"})
SUBJECT = "91230881TJ0000609B"
OTHER_SUBJECT = "91230881TJ00006176"
EVIDENCE = "5e" * 32
DAY = "2026-11-20"
NOW = datetime(2026, 11, 20, 12, tzinfo=CHINA_TIME).timestamp()


def consent(**changes: Any) -> Consent:
    """Return a consent of SUBJECT that counts for the bank on DAY."""
    good = Consent(
        id=new_receipt(),
        subject=SUBJECT,
        grantee="bank",
        purposes=frozenset({"BANK_CREDIT"}),
        fields=frozenset({"TaxArrears.*"}),
        not_before="2026-11-01",
        not_after="2026-11-30",
        form="PAPER",
        evidence=EVIDENCE,
    )
    return replace(good, **changes)


def recorded(said: Consent, by: str = "bank", as_: Recorder = "GRANTEE") -> Recorded:
    return Recorded(said, by, as_, "2026-11-01T08:00:00.000Z")


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a good consent token."""
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "jti": "c-1",
        "iat": NOW - 86_400,
        "nbf": NOW - 86_400,
        "exp": NOW + 86_400,
        "subject": SUBJECT,
        "grantee": "bank",
        "purposes": ["BANK_CREDIT"],
        "fields": ["TaxArrears.*"],
        "evidence": EVIDENCE,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not MISSING}


def lasting(**changes: Any) -> dict[str, Any]:
    """Return the claims of a token that counts both today and on DAY, for a gateway with the real clock."""
    now = int(time.time())
    spread = {"iat": int(NOW) - 30 * 86_400, "nbf": int(NOW) - 30 * 86_400, "exp": max(now, int(NOW)) + 30 * 86_400}
    return claims(**{**spread, **changes})


def sign(said: Mapping[str, Any] | None = None, key: Key = KEY, algorithm: str = "ES256", **header: Any) -> str:
    """Return the token that says ``said``; ``header`` changes its header."""
    head = {"alg": algorithm, "typ": "consent+jwt", "kid": "c1", **header}
    parts = [{name: value for name, value in head.items() if value is not MISSING}, claims() if said is None else said]
    body = b".".join(urlsafe_b64encode(json.dumps(part).encode()) for part in parts)
    return (body + b"." + urlsafe_b64encode(JWSRegistry.algorithms[algorithm].sign(body, key))).decode()


def tokens(keys: Keys | None = None, max_days: int = 366) -> ConsentTokens:
    return ConsentTokens({ISSUER: keys or fixed(KEY)}, AUDIENCE, max_days)


@asynccontextmanager
async def opened(url: str, at: float = NOW, keys: Keys | None = None) -> AsyncIterator[Consents]:
    """Open the consents at ``url``, at a time that stands still."""
    consents = await Consents.open(url, tokens(keys), lambda: at)
    try:
        yield consents
    finally:
        await consents.close()


def file_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'consents.sqlite'}"


async def new_database(server: Server, name: str) -> str:
    """Make a database of ``name`` and return its URL."""
    admin = f"postgresql+asyncpg://postgres@127.0.0.1:{server.port}/postgres"
    engine = create_async_engine(admin, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}"'))
        await connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    await engine.dispose()
    return f"postgresql://postgres@127.0.0.1:{server.port}/{name}"
