"""What the finance bureau's records hold, asked as the wire asks them, without a port."""

import json
from typing import Any

from gateway.demo.listen import Asked
from gateway.demo.procurement import BLACKLIST, CONTRACTS, MOST_MARKS, Procurement, bans, contracts, mark_of
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import named

EVERYONE = list(everyone(2000))
SUBJECT = {subject.number: subject for subject in named()}
PROCUREMENT = Procurement(EVERYONE)


def _ask(path: str, *marks: str, body: object = None) -> tuple[int, dict[str, Any]]:
    sent = json.dumps({"marks": marks} if body is None else body).encode()
    answered = PROCUREMENT.answer(Asked("POST", path.encode(), {}, sent))
    return answered.status, json.loads(answered.body)


def test_a_record_is_found_only_by_what_stands_in_the_one_field() -> None:
    subject = SUBJECT[26]
    hyphenated = f"{subject.org_code[:8]}-{subject.org_code[8]}"
    found = {mark: len(_ask(BLACKLIST, mark)[1]["records"]) for mark in (subject.uscc, subject.org_code, hyphenated)}
    assert found == {subject.uscc: 0, subject.org_code: 0, hyphenated: 1}
    _, answer = _ask(BLACKLIST, "北岸建筑工程有限公司（示例）", SUBJECT[7].registration_number, SUBJECT[22].uscc)
    assert [each["企业名称"] for each in answer["records"]] == [SUBJECT[at].name for at in (3, 7, 22)]


def test_every_kind_of_mark_occurs_and_amounts_are_in_ten_thousand() -> None:
    kinds = {ban.mark for known in EVERYONE for ban in bans(known.subject)}
    assert kinds == {contract.mark for known in EVERYONE for contract in contracts(known.subject)}
    assert kinds == {"USCC", "ORG_CODE", "REG_NO", "NAME"}
    (contract,) = _ask(CONTRACTS, SUBJECT[1].uscc)[1]["records"]
    assert (contract["合同金额"], contract["履约状态"], contract["违约情形"]) == ("36.500000", "已履约", "无")
    assert mark_of(SUBJECT[9], "REG_NO") == "阳光养老服务中心（示例）", "by name where there is no such code"


def test_a_ban_that_ended_is_removed() -> None:
    old, lasting = (
        _ask(BLACKLIST, mark_of(SUBJECT[at], kind))[1]["records"] for at, kind in ((3, "NAME"), (26, "ORG_CODE"))
    )
    assert [(each["禁止期止"], each["移出日期"]) for each in old] == [("2024-05-16", "2024-05-16")]
    assert [(each["禁止期止"], each["移出日期"]) for each in lasting] == [("2028-03-08", "")]


def test_wrong_questions_are_refused() -> None:
    assert _ask(BLACKLIST, *["x"] * MOST_MARKS)[0] == 200
    assert _ask(BLACKLIST, *["x"] * (MOST_MARKS + 1))[0] == 400
    assert _ask(BLACKLIST, body={"code": "x"})[0] == 400
    assert _ask("/gp/api/other", "x")[0] == 404
