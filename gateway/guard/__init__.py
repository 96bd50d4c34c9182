"""The natural-person guard (`domain.md` §4.5): nobody's life is read by asking often, and who tries is noticed.

declared  what `config/guard.toml` may say
load      from the file to the rules
model     the rules as they are asked: budgets by client and purpose, the canaries
counts    who was asked about today, as pseudonyms: in this process, and among replicas
alarm     what happens when somebody asks about a canary
inquiry   one request as the guard sees it; its rules stand at its head
guard     all of it put together
"""

from gateway.guard.alarm import ALERT_URL_ENV, Alarm
from gateway.guard.counts import Counts
from gateway.guard.guard import Guard
from gateway.guard.inquiry import Inquiry
from gateway.guard.load import Known, load_guard
from gateway.guard.model import GuardRules

__all__ = ["ALERT_URL_ENV", "Alarm", "Counts", "Guard", "GuardRules", "Inquiry", "Known", "load_guard"]
