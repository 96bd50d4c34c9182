"""What a clerk does next, in both languages: from the verdict and what is missing. Pure."""

from collections.abc import Sequence
from typing import Final, Protocol


class Lacked(Protocol):
    """Something that is missing, as far as the next step depends on it."""

    @property
    def status(self) -> str:
        """Return what came of asking."""
        ...

    @property
    def reason(self) -> str | None:
        """Return why."""
        ...

    @property
    def needs(self) -> str | None:
        """Return what would open it to the caller."""
        ...


DONE: Final = {
    "PASS": (
        "所需信息齐全，未触发规则；请将本答复与回执归档",
        "all was answered and no rule was hit: file this answer with its receipt",
    ),
    "ATTENTION": ("请逐条核对触发的规则后由经办人判断", "weigh each rule that was hit; the decision is yours"),
    "REJECT": (
        "触发否决性规则；请核对依据并告知当事人，其可就记录提出异议",
        "a rule excludes: check its basis and tell the subject, who may object to the record",
    ),
}
CONSENT_MISSING: Final = "CONSENT_MISSING"
_IDENTITY: Final = ("有主体未能确定，请核对其标识符", "a key led to nobody: check the identifier")
_CONSENT: Final = ("取得信息主体授权后再查", "ask again with the subject's consent")
_DENIED: Final = (
    "所需信息对本查询者不开放，请由有权部门查询",
    "what is needed is not open to this caller: a department that may see it must ask",
)
_LATER: Final = (
    "有数据源未答复，请稍后再查；不得视为通过",
    "a source did not answer: ask again later, and do not take this for a pass",
)


def _wants_consent(lacked: Lacked) -> bool:
    """Return whether the subject's consent would open it: it is told of a section, or of one source of it."""
    return "consent" in (lacked.needs or "") or lacked.reason == CONSENT_MISSING


def next_step(verdict: str, missing: Sequence[Lacked], again: str | None, lost: Sequence[object]) -> str:
    """Return the next step: ``again`` is when asking again may settle it, ``lost`` are keys that led to nobody."""
    steps = [] if verdict == "UNDETERMINED" else [DONE[verdict]]
    if verdict == "UNDETERMINED" or (verdict == "ATTENTION" and missing):
        steps += _open_steps(missing, again, lost)
    return f"{'；'.join(zh for zh, _ in steps)}。{'; '.join(en for _, en in steps)}.".replace("；；", "；")


def _open_steps(missing: Sequence[Lacked], again: str | None, lost: Sequence[object]) -> list[tuple[str, str]]:
    steps = [_IDENTITY] if lost else []
    if again is not None:
        steps.append((f"请于 {again} 之后再查", f"ask again after {again}"))
    denied = [each for each in missing if each.status == "DENIED"]
    if any(_wants_consent(each) for each in denied):
        steps.append(_CONSENT)
    elif denied:
        steps.append(_DENIED)
    if not steps or any(each.status not in {"DENIED", "CLOSED"} for each in missing):
        steps.append(_LATER)
    return steps
