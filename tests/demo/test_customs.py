"""What the customs write, asked as the wire asks them, without a port."""

from xml.etree import ElementTree

from gateway.demo import codes
from gateway.demo.customs import NAMESPACE, TRADERS, Customs, trader
from gateway.demo.listen import Asked
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import named

EVERYONE = list(everyone(2000))
SUBJECT = {subject.number: subject for subject in named()}
CUSTOMS = Customs(EVERYONE, "ticket")


def _ask(operation: str, key: str, ticket: str = "ticket", element: str = "hgbm") -> tuple[str, list[dict[str, str]]]:
    envelope = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:c="urn:c"><s:Header>'
        f"<c:Ticket>{ticket}</c:Ticket></s:Header><s:Body><c:{operation}><c:{element}>{key}</c:{element}>"
        f"</c:{operation}></s:Body></s:Envelope>"
    )
    answered = CUSTOMS.answer(Asked("POST", b"/ws/EnterpriseCredit", {}, envelope.encode()))
    assert answered.status == 200
    answer = ElementTree.fromstring(answered.body.decode("utf-8"))
    rows = answer.iterfind(f".//{{{NAMESPACE}}}row")
    code = str(answer.findtext(f".//{{{NAMESPACE}}}code"))
    return code, [{cell.tag.partition("}")[2]: cell.text or "" for cell in row} for row in rows]


def _code(number: int) -> str:
    """Return the customs code of a subject as the customs themselves pair it with the unified one."""
    code, (pair,) = _ask("getRegistration", SUBJECT[number].uscc, element="tyshxydm")
    assert code == "0"
    return pair["hgbm"]


def test_the_unified_code_leads_to_the_customs_code_and_that_to_the_grade() -> None:
    assert _code(1) == codes.customs_code(1)
    _, (grade,) = _ask("getCredit", _code(1))
    assert (grade["xydj"], grade["rdsj"], grade["aeobm"]) == ("高级认证", "2026-05-12 00:00:00", "AEOCN2300000001")
    assert _ask("getCredit", SUBJECT[1].uscc) == ("1", []), "by the customs code alone"


def test_grades_of_the_old_order_stand_beside_the_new() -> None:
    _, (grade,) = _ask("getCredit", _code(5))
    assert (grade["xydj"], grade["zchg"]) == ("一般信用企业", "同江出入境检验检疫局(示例)")
    written = {found.grade for known in EVERYONE if (found := trader(known.subject)) is not None}
    assert written >= {"高级认证", "认证", "常规", "失信", "严重失信", "一般信用企业", "高级认证企业", "失信企业"}


def test_the_lists_hold_the_two_ends_of_the_scale() -> None:
    _, (advanced,) = _ask("getAdvanced", _code(1))
    _, (serious,) = _ask("getSerious", _code(24))
    assert (advanced["qymc"], serious["qymc"]) == (SUBJECT[1].name, SUBJECT[24].name)
    assert _ask("getSerious", _code(1)) == ("1", [])


def test_only_traders_are_known_and_only_with_a_ticket() -> None:
    assert _ask("getRegistration", SUBJECT[3].uscc, element="tyshxydm") == ("1", [])
    assert {known.subject.trade.word for known in EVERYONE if trader(known.subject)} <= TRADERS
    assert _ask("getCredit", _code(1), ticket="old") == ("-1", [])
    assert _ask("getCredit", "") == ("9", [])
