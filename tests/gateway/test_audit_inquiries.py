"""What a subject is told of who asked about it: what is withheld leaves no gap and no trace, and is counted."""

from pathlib import Path

from gateway.audit.inquiries import read_inquiries
from gateway.audit.rows import Rows
from gateway.ledger import Denial
from tests.gateway.audited import OTHER, SUBJECT, asked, kept, pseudonyms
from tests.gateway.test_audit_hiding import HIDING, NOTES

AT = "2026-11-20T02:00:00.000Z"
TODAY = "2026-11-20"
FIELD, REASON = NOTES.seal(HIDING, {"court": 1})
NOTE = Denial(field=FIELD, reason=REASON)
CLOSED = Denial(field="TaxArrears.*", reason="SCOPE_MISSING")
ENTRIES = [
    asked(client="bank", at=AT),
    asked(OTHER, client="bank", at=AT),
    *(asked(client="court", at=AT) for _ in range(5)),
    asked(client="bank", purpose="LAW_ENFORCEMENT", at=AT),
    asked(client="portal", denied=(NOTE, CLOSED), at=AT),
]


async def test_what_is_withheld_leaves_no_gap_and_no_trace(tmp_path: Path) -> None:
    async with kept(f"sqlite:///{tmp_path / 'ledger.sqlite'}", ENTRIES) as ledger:
        rows, titles = Rows(ledger), {"bank": "北岸银行"}.get
        shown, withheld = await read_inquiries(rows, pseudonyms, HIDING, titles, SUBJECT, {"first": 2}, TODAY)
        assert [(each.client, each.title) for each in shown.items] == [("portal", None), ("bank", "北岸银行")]
        assert not shown.page_info.has_next_page
        assert withheld == {"court": 5, "law_enforcement": 1}
        assert shown.items[0].denied == ["TaxArrears.*"], "its note is for auditors"
        first, again = await read_inquiries(rows, pseudonyms, HIDING, titles, SUBJECT, {"first": 1}, TODAY)
        assert again == withheld, "whatever the size of a page, no entry is passed over"
        assert first.page_info.has_next_page
        after = {"first": 2, "after": first.page_info.end_cursor}
        rest, _ = await read_inquiries(rows, pseudonyms, HIDING, titles, SUBJECT, after, TODAY)
        assert [each.receipt for each in rest.items] == [shown.items[1].receipt]
