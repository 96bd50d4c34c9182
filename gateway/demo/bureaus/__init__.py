"""Departments that drop files of one table each: what every one holds, by the name of its source."""

from typing import Any, Final

from gateway.demo.bureaus import energy, finance, medical, patents, rural, statistics, tourism, transport
from gateway.demo.ledgers import Ledger

LEDGERS: Final[dict[str, tuple[Ledger[Any], ...]]] = {
    "transport_credit": transport.LEDGERS,
    "culture_tourism": tourism.LEDGERS,
    "statistics_credit": statistics.LEDGERS,
    "energy_assessment": energy.LEDGERS,
    "intellectual_property": patents.LEDGERS,
    "rural_credit": rural.LEDGERS,
    "finance_supervision": finance.LEDGERS,
    "medical_insurance": medical.LEDGERS,
}
