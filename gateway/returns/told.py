"""`Query.departmentReports`: who may see which return, and what it says.

audit.read      every department, for the purpose of audits: totals and ranks too
a department    its own return, by any client of it, and no figure of others
Nobody else: figures of single months and departments tell of what others ask.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from connectors.clock import now_text
from gateway.caller import Caller
from gateway.departments import Departments
from gateway.errors import BadQuery
from gateway.own import Told, Untold
from gateway.plan.asks import Rights
from gateway.policy import Policy, decide_scope
from gateway.returns.month import Month, read_month
from gateway.returns.months import Months
from gateway.returns.owners import CatalogueOwners
from gateway.returns.report import Made, ObjectionCounts, Shown, report
from gateway.returns.working_days import WorkingDays

FIELD: Final = "Query.departmentReports"
SCOPE: Final = "audit.read"


@dataclass(frozen=True, slots=True)
class Returns:
    """What answers the root: the ledger's months, where objections are counted, and what counts at the moment."""

    months: Months
    objections: ObjectionCounts | None
    departments: Callable[[], Departments]
    working_days: Callable[[], WorkingDays]

    async def tell(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return the return that is asked for, or why there is none to see.

        Raises `BadQuery` for an argument that is out of range, `LedgerUnavailable`.
        """
        month, wanted = _month(arguments["month"], today), arguments.get("department")
        departments = self.departments()
        shown = shown_to(rights.policy, rights.caller, wanted)
        if shown is None:
            denied = decide_scope(rights.policy, rights.caller, SCOPE)
            extensions = {"code": "FIELD_FORBIDDEN", "field": FIELD, "reason": denied.reason.value}
            return Untold({**extensions, "needs": denied.needs})
        if shown.department is not None and shown.department not in departments:
            raise BadQuery("`department` of `departmentReports` is not the code of a department")
        objections = self.objections
        objected = await objections.counts(month.first_day, month.last_day, today) if objections is not None else None
        owners = CatalogueOwners(rights.catalogue)
        tally = await self.months.tally(month, owners, rights.catalogue.version)
        made = Made(departments, list(owners), self.working_days(), today, now_text())
        return Told([report(month, tally, objected, made, shown)])


def shown_to(policy: Policy, caller: Caller, wanted: str | None) -> Shown | None:
    """Return what ``caller`` may see of the return of the department ``wanted``, of all where it is None; else None."""
    if decide_scope(policy, caller, SCOPE).allowed:
        return Shown(wanted)
    # INVARIANT: without that scope, a department sees its own figures and nobody else's.
    if caller.department and wanted in {None, caller.department}:
        return Shown(caller.department, all=False)
    return None


def _month(text: str, today: str) -> Month:
    try:
        month = read_month(text)
    except ValueError as error:
        raise BadQuery(f"`month` of `departmentReports`: {error}") from None
    if not month.has_begun(today):
        raise BadQuery(f"`month` of `departmentReports`: `{month.text}` has not begun")
    return month
