"""The environment bureau's penalty interface: REST JSON, up to twenty codes a call, every request signed.

Signature: HMAC-SHA256 (hex) over method, target, timestamp and the SHA-256 (hex) of the body, joined by line feeds;
headers X-Key-Id, X-Timestamp (epoch seconds), X-Signature. A wrong or old one is answered 401.
"""

import time
from collections.abc import Iterable
from hashlib import sha256
from hmac import compare_digest
from hmac import new as new_mac
from typing import Any, Final

from msgspec import Struct, ValidationError, json

from gateway.demo.facts import Penalty
from gateway.demo.listen import Answered, Asked
from gateway.demo.scenarios import Known
from gateway.demo.subjects import Subject

PATH: Final = "/openapi/v1/penalties"
MOST_CODES: Final = 20
_TOLERANCE_SECONDS: Final = 300


class _Question(Struct):
    codes: list[str]


def penalty_row(subject: Subject, penalty: Penalty) -> dict[str, Any]:
    """Return a penalty as the bureau sends it; dates without leading zeros, amounts in yuan."""
    day = penalty.decided_on
    return {
        "id": f"HBCF{penalty.serial:08d}",
        "tyshxydm": subject.uscc,
        "xdrmc": subject.name,
        "xdrlb": "法人及非法人组织" if subject.kind != "92" else "个体工商户",
        "fddbr": subject.representative.name,
        "jdswh": penalty.decision_no,
        "wfxwlx": penalty.violation.type,
        "wfss": penalty.violation.facts,
        "cfyj": penalty.violation.grounds,
        "cfzl": penalty.violation.categories,
        "cfnr": penalty.content,
        "fkje": f"{penalty.fine}.00",
        "msje": f"{penalty.confiscated}.00" if penalty.confiscated else None,
        "jdrq": f"{day.year}-{day.month}-{day.day}",
        "gsjzq": penalty.public_until,
        "cfjg": penalty.authority.as_written if day.year < 2025 else penalty.authority.name,
        "cfjgdm": penalty.authority.uscc,
        "ajlb": "简易程序" if penalty.simple else "普通程序",
        "zt": "有效",
        "gxsj": f"{day:%Y-%m-%d} 17:20:00",
    }


class Environment:
    """The bureau behind its HTTP interface; takes requests signed by ``key_id`` with ``secret``."""

    def __init__(self, everyone: Iterable[Known], key_id: str, secret: str) -> None:
        self._key_id = key_id.encode("ascii")
        self._secret = secret.encode("ascii")
        self._rows: dict[str, bytes] = {}
        for known in everyone:
            rows = [json.encode(penalty_row(known.subject, each)) for each in known.facts.environment_penalties]
            if rows:
                self._rows[known.subject.uscc] = b",".join(rows)

    def answer(self, asked: Asked) -> Answered:
        """Return the penalties of every code in the body of ``asked``."""
        refusal = self._refuse(asked)
        if refusal is not None:
            return refusal
        try:
            codes = json.decode(asked.body, type=_Question).codes
        except (ValidationError, ValueError):
            return _failed(400, "请求体应为 {codes: [...]}")
        if len(codes) > MOST_CODES:
            return _failed(400, f"一次最多查询{MOST_CODES}个主体")
        rows = [self._rows[code] for code in dict.fromkeys(codes) if code in self._rows]
        return _found(rows, len(codes))

    def nothing(self, asked: Asked) -> Answered:
        """Return that nobody was punished."""
        return _found([], 0)

    def _refuse(self, asked: Asked) -> Answered | None:
        if asked.path != PATH or asked.method != "POST":
            return _failed(404, "接口不存在")
        stamp = asked.headers.get(b"x-timestamp", b"")
        if not stamp.isdigit() or abs(time.time() - int(stamp)) > _TOLERANCE_SECONDS:
            return _failed(401, "时间戳缺失或已过期")
        signed = b"\n".join(
            (asked.method.encode("ascii"), asked.target, stamp, sha256(asked.body).hexdigest().encode("ascii"))
        )
        expected = new_mac(self._secret, signed, sha256).hexdigest().encode("ascii")
        known = compare_digest(asked.headers.get(b"x-key-id", b""), self._key_id)
        if not compare_digest(asked.headers.get(b"x-signature", b""), expected) or not known:
            return _failed(401, "签名错误")
        return None


def _found(rows: list[bytes], keys: int) -> Answered:
    return Answered(b'{"code":0,"msg":"success","data":{"list":[' + b",".join(rows) + b"]}}", keys=keys)


def _failed(status: int, message: str) -> Answered:
    return Answered(json.encode({"code": status, "msg": message, "data": None}), status)
