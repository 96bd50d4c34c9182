"""The HTTP departments: what opens each, by the name of its source. A department more is one line here."""

from collections.abc import Callable, Sequence
from typing import Final

from gateway.demo.court import open_court
from gateway.demo.customs import open_customs
from gateway.demo.environment import open_credit, open_penalties
from gateway.demo.listen import Interface
from gateway.demo.platform import open_platform
from gateway.demo.police import open_police
from gateway.demo.procurement import open_procurement
from gateway.demo.scenarios import Known
from gateway.demo.tax import open_tax

Opener = Callable[[Sequence[Known]], Interface]
INTERFACES: Final[dict[str, Opener]] = {
    "tax_credit": open_tax,
    "court_enforcement": open_court,
    "environment_penalties": open_penalties,
    "environment_credit": open_credit,
    "procurement_records": open_procurement,
    "customs_credit": open_customs,
    "upper_platform": open_platform,
    "police_verification": open_police,
}
