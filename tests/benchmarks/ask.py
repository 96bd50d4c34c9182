"""One question to a contender over HTTP, for the comparison of answers before anything is measured."""

from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
from itertools import combinations
from typing import Any, Final

import orjson

from gateway.demo.subjects import FIRST_ORDINARY, named, ordinary
from tests.benchmarks.compare import differences, normal
from tests.benchmarks.running import Contender
from tests.benchmarks.workloads import Workload, request

TAX_IS_CLOSED: Final = 5
"""The subject for which the tax bureau answers that it is closed: asking would close that source for a while."""
_MOST_SHOWN: Final = 5


def compared_usccs() -> list[str]:
    """Return the codes of subjects that differ in every way that departments' records do, and a few ordinary ones."""
    special = [subject.uscc for subject in named() if subject.number != TAX_IS_CLOSED]
    return special + [ordinary(number).uscc for number in range(FIRST_ORDINARY, FIRST_ORDINARY + 20)]


def ask(contender: Contender, workload: Workload, usccs: Sequence[str]) -> Any:
    """Return the contender's answer; where it has no data, what it says instead stands in their place."""
    status, answer = post(contender, *request(contender.name, workload, usccs))
    if status != 200:
        return {"data": f"HTTP {status}: {answer[:300]!r}"}
    read = orjson.loads(answer)
    return read if read["data"] is not None else {"data": f"errors: {read['errors']}"}


def post(contender: Contender, path: str, body: bytes) -> tuple[int, bytes]:
    """Return the status and the body of the contender's response."""
    connection = HTTPConnection("127.0.0.1", contender.port, timeout=60)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json", **contender.headers})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def unequal(contenders: Sequence[Contender], workloads: Sequence[Workload], usccs: Sequence[str]) -> Iterator[str]:
    """Yield where the answers of two contenders differ: `workload, subject, first / second: field: values`."""
    for workload in workloads:
        groups = [list(usccs)] if workload.bulk else [[uscc] for uscc in usccs]
        for group in groups:
            answers = {each.name: normal(ask(each, workload, group)) for each in contenders}
            for one, other in combinations(answers, 2):
                for count, difference in enumerate(differences(answers[one], answers[other])):
                    if count < _MOST_SHOWN:
                        yield f"{workload.name}, {group[0]}, {one} / {other}: {difference}"
