"""A gateway that trusts an issuer of consents, and the mutations and queries with which consents are handled."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from joserfc.jwk import KeySet

from gateway.configuration import Configuration
from gateway.settings import ConsentIssuer, ConsentRules
from tests.end_to_end.served import Served, Told, configuration, serving
from tests.gateway.consents import EVIDENCE, ISSUER, KEY, SUBJECT

DAY = "2026-11-01"
"""The day on which the demo's world stands still."""
SHOWN = """
id subject grantee purposes fields notBefore notAfter form evidence recordedBy recordedAs recordedAt revokedAt
revokedBy inForce
"""
RECORD = f"mutation Record($given: RecordConsentInput!) {{ recordConsent(input: $given) {{ {SHOWN} }} }}"
REVOKE = (
    f"mutation Revoke($given: RevokeConsentInput!) {{ revokeConsent(input: $given) "
    f"{{ revokedAt consent {{ {SHOWN} }} }} }}"
)
HELD = f"""
query Held($subject: String, $first: Int! = 100, $after: String) {{
  consents(subject: $subject, first: $first, after: $after) {{ {SHOWN} }}
}}
"""


def given(**changes: Any) -> dict[str, Any]:
    """Return the input of a good consent of SUBJECT for the bank."""
    good = {
        "subject": SUBJECT,
        "grantee": "bank",
        "purposes": ["BANK_CREDIT"],
        "fields": ["TaxArrears.*", "TaxCreditRating.level"],
        "notBefore": "2026-10-01",
        "notAfter": "2027-03-31",
        "form": "PAPER",
        "evidence": EVIDENCE,
    }
    return {**good, **changes}


def trusting(folder: Path, max_days: int = 366) -> Configuration:
    """Return the project's configuration, with an issuer of consents whose keys lie in a file in ``folder``."""
    loaded = configuration()
    path = folder / "consent_keys.json"
    path.write_text(json.dumps(KeySet([KEY]).as_dict(private=False)), encoding="utf-8")
    # a folder that is absolute stands for itself: the configuration's own is left as it is
    issuer = ConsentIssuer(issuer=ISSUER, jwks_file=str(path))
    rules = ConsentRules(max_days=max_days, issuers=[issuer])
    return replace(loaded, settings=msgspec.structs.replace(loaded.settings, consents=rules))


@asynccontextmanager
async def consenting(
    environment: Mapping[str, str], data: Path, configured: Configuration | None = None
) -> AsyncIterator[Served]:
    """Run a gateway that trusts the issuer of `tests.gateway.consents`."""
    async with serving(environment, data, configured=configured or trusting(data)) as served:
        yield served


async def record(served: Served, client: str = "bank", **changes: Any) -> Told:
    return await served.ask(client, RECORD, given=given(**changes))


async def recorded_id(served: Served, client: str = "bank", **changes: Any) -> str:
    """Record a consent and return its id."""
    return str((await record(served, client, **changes)).data["recordConsent"]["id"])


async def revoke(served: Served, client: str = "bank", **said: Any) -> Told:
    return await served.ask(client, REVOKE, given=said)


async def fate(served: Served, reference: str, client: str = "bank", purpose: str = "BANK_CREDIT") -> str:
    """Return LIVE, or the code that tells why ``reference`` does not count for ``client`` on DAY."""
    named = await served.gateway.desk.consents.named([reference], client, purpose, DAY)
    return "LIVE" if named.live else named.refused[reference]
