"""A gateway whose answers can be objected to, and the mutations and queries with which that is done."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.configuration import Configuration
from gateway.ledger import Entry, Secret, load_secret, pseudonym
from gateway.ledger.entry import SectionTrace, Shape
from gateway.objections.names import Names
from tests.end_to_end.served import Served, Told, configuration, serving
from tests.gateway.objections import SHAPE, Shelf, entry

SHOWN = """
id state filedAt filedBy filedAs receipt path source department entity field ground statement evidence contact subject
recordKey delivery deliveryAttempts acceptBy dueOn overdue history { at before after by note }
"""
FILE = f"mutation File($given: FileObjectionInput!) {{ fileObjection(input: $given) {{ {SHOWN} }} }}"
ADVANCE = f"mutation Advance($given: AdvanceObjectionInput!) {{ advanceObjection(input: $given) {{ {SHOWN} }} }}"
NOTICE = """
mutation Notice($given: NoticeRepairInput!) {
  noticeRepair(input: $given) { source entity repairedOn basis noticedAt }
}
"""
LISTED = f"""
query Listed($id: String, $state: ObjectionState, $source: String, $first: Int! = 100, $after: String) {{
  objections(id: $id, state: $state, source: $source, first: $first, after: $after) {{ {SHOWN} }}
}}
"""
SUBJECT = "91230881TJ00000350"
"""北岸建筑工程有限公司(示例): penalties from four departments, a dishonest debtor."""
PENALTIES = """
query Penalties($key: SubjectKey!) {
  subject(key: $key) { ... on Enterprise {
    penalties {
      state totalCount
      items { decisionNo state underObjection repair { repairedOn basis } provenance { source recordKey } }
      coverage { source status reason }
    }
    registration { items { underObjection provenance { source recordKey } } }
  } }
}
"""


class Objecting:
    """A running gateway, with answers whose entries a test writes by hand."""

    def __init__(self, served: Served, shelf: Shelf, secret: Secret) -> None:
        self.served = served
        self.shelf = shelf
        self.secret = secret
        self.names = Names([secret])

    def receipt(self, source: str, entity: str, key: str, subject: str = SUBJECT, **changes: Any) -> str:
        """Put an answer on the shelf that showed ``subject`` a record, in the section `penalties`."""
        record = self.names.records(source, entity, key)[-1]
        trace = SectionTrace("subject.penalties", entity, "COMPLETE", ((source, record),))
        subjects = (pseudonym(self.secret, "USCC", subject),)
        made: Entry = entry(**{"traces": (trace,), "subjects": subjects, **changes})
        self.shelf.answers[made.receipt] = (made, SHAPE)
        return made.receipt

    async def ask(self, client: str, query: str, purpose: str | None = None, **variables: Any) -> Told:
        return await self.served.ask(client, query, purpose=purpose, **variables)

    async def file(self, receipt: str, client: str = "consent_window", **changes: Any) -> Told:
        given = {
            "receipt": receipt,
            "path": "subject.penalties.items.0",
            "ground": "VALUE_WRONG",
            "statement": "罚款金额有误",
            "subject": SUBJECT,
        }
        said = {name: value for name, value in {**given, **changes}.items() if value is not None}
        return await self.ask(client, FILE, given=said)

    async def advance(self, client: str, objection: str, to: str, note: str | None = None) -> Told:
        purpose = None if client in {"consent_window", "enterprise"} else "OWNER"
        return await self.ask(client, ADVANCE, purpose, given={"id": objection, "to": to, "note": note})

    async def notice(self, client: str, source: str, entity: str, key: str, **changes: Any) -> Told:
        given = {"source": source, "entity": entity, "recordKey": key, "repairedOn": "2026-10-30", "basis": "决定书"}
        return await self.ask(client, NOTICE, "OWNER", given={**given, **changes})

    async def penalties(self, client: str, purpose: str | None = None, subject: str = SUBJECT) -> dict[str, Any]:
        """Return the penalties of a subject as ``client`` sees them, by source and record key."""
        told = await self.ask(client, PENALTIES, purpose, key={"scheme": "USCC", "value": subject})
        items = told.subject["penalties"]["items"]
        return {f"{each['provenance']['source']} {each['provenance']['recordKey']}": each for each in items}


@asynccontextmanager
async def objecting(
    environment: Mapping[str, str], data: Path, configured: Configuration | None = None, *, delivered: bool = False
) -> AsyncIterator[Objecting]:
    """Run a gateway with a shelf for receipts beside its ledger; owners have an address where ``delivered``."""
    there = {*configuration().objections.secret_variables}
    if not delivered:
        environment = {name: value for name, value in environment.items() if name not in there}
    async with serving(environment, data, configured=configured) as served:
        shelf, front = Shelf(), served.gateway.front
        desk = front.desk
        real = desk.mutations.filing.receipts

        async def read(receipt: str) -> tuple[Entry, Shape] | None:
            return await shelf.read(receipt) or await real(receipt)

        filing = replace(desk.mutations.filing, receipts=read)
        front.put_up(front.loaded, replace(desk, mutations=replace(desk.mutations, filing=filing)))
        yield Objecting(served, shelf, load_secret(data, environment))
