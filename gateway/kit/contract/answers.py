"""What a source owes in its answers: every key its own records, all of them, in one order, however it is asked."""

import asyncio
import re
from collections import Counter
from datetime import datetime
from hashlib import sha256
from typing import Final

from connectors.base import Answer
from connectors.columns import columns_described
from gateway.kit.bench import content_of
from gateway.kit.contract.behavior import Behavior, Evidence, NotApplicable, Trial, keep
from gateway.kit.findings import Kind, reason_of
from gateway.kit.specimens import never_issued, nobody_key

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_SHOWN: Final = 16
_MISSING: Final = Kind.COLUMN_MISSING


async def by_key(trial: Trial) -> Evidence:
    """Ask each key alone."""
    async with trial.bench.open() as watch:
        answers = await trial.singles(watch)
    for key, answer in answers.items():
        keep(set(answer.rows) <= {key}, "答复里有别的键的记录", "an answer about one key held records of another one")
    records = sum(len(content_of(answer, key)) for key, answer in answers.items())
    found = sum(bool(content_of(answer, key)) for key, answer in answers.items())
    if not records:
        raise NotApplicable("没有查到记录,未能证明", "no record was found, so nothing is proved")
    return {"keys": len(answers), "keys_found": found, "records": records, "digest": _digest(answers)}


def _digest(answers: dict[str, Answer]) -> str:
    """Return one digest over the records of all keys."""
    every = "".join(digest for key, answer in answers.items() for digest in content_of(answer, key))
    return sha256(every.encode()).hexdigest()[:_SHOWN]


async def empty_batch(trial: Trial) -> Evidence:
    """Ask for nobody."""
    async with trial.bench.open() as watch:
        answer = await trial.ask(watch)
    keep(not answer.rows and not answer.unreadable, "没有问谁,却有记录", "a question about nobody found something")
    return {"records": 0}


async def unknown_key(trial: Trial) -> Evidence:
    """Ask for a code that nobody has, alone and beside one that somebody has."""
    nobody = nobody_key(trial.scheme)
    async with trial.bench.open() as watch:
        alone = await trial.ask(watch, nobody)
        keep(not alone.rows and not alone.unreadable, "不存在的键查到了记录", "a key that nobody has found something")
        if trial.bench.spec.batch_size == 1:
            return {"records": 0}
        known, beside = await trial.ask(watch, trial.keys[0]), await trial.ask(watch, nobody, trial.keys[0])
    none = nobody not in beside.rows and nobody not in beside.unreadable
    keep(none, "不存在的键查到了记录", "a key that nobody has found something")
    same = content_of(known, trial.keys[0]) == content_of(beside, trial.keys[0])
    keep(same, "不存在的键影响了同批的键", "a key that nobody has changed what was found by the one beside it")
    return {"records": 0, "beside_it": len(content_of(beside, trial.keys[0]))}


async def full_batch(trial: Trial) -> Evidence:
    """Ask for as many keys as one call may hold, and compare with what each finds alone."""
    size = trial.bench.spec.batch_size
    if size == 1:
        raise NotApplicable("该来源一次只问一个键", "the source takes one key a call")
    known = trial.keys[:size]
    fill = tuple(code for at in range(size - len(known)) if (code := never_issued(trial.scheme, at)) is not None)
    async with trial.bench.open() as watch:
        answers = await trial.singles(watch)
        batch = await trial.ask(watch, *known, *fill)
        calls = len(watch.connector.began) - len(answers)
    differ = sum(sorted(content_of(answers[key], key)) != sorted(content_of(batch, key)) for key in known)
    of, en = len(known), "found something else in one call than alone"
    keep(differ == 0, f"{of} 个键中有 {differ} 个批量与逐个结果不同", f"of {of} keys {differ} {en}")
    keep(set(batch.rows) <= set(known), "从未发放的代码查到了记录", "keys that were never issued found something")
    records = sum(len(content_of(batch, key)) for key in known)
    return {"keys": len(known) + len(fill), "batch_size": size, "records": records, "calls": calls}


async def duplicate_key(trial: Trial) -> Evidence:
    """Ask for one key in several calls at once."""
    key = trial.keys[0]
    async with trial.bench.open() as watch:
        alone = content_of(await trial.ask(watch, key), key)
        both = await asyncio.gather(trial.ask(watch, key), trial.ask(watch, key))
    same = all(content_of(each, key) == alone for each in both)
    keep(same, "同时查两次,结果不同", "a key asked for twice at once found something else")
    repeated = sum(count - 1 for count in Counter(alone).values())
    return {"records": len(alone), "sent_twice": repeated}


async def order(trial: Trial) -> Evidence:
    """Ask again, and for the keys the other way round."""
    async with trial.bench.open() as watch:
        first, again = await trial.singles(watch), await trial.singles(watch)
        changed = sum(content_of(first[key], key) != content_of(again[key], key) for key in trial.keys)
        of, en = len(trial.keys), "got another answer, or another order, the second time"
        keep(changed == 0, f"{of} 个键中有 {changed} 个再问时结果或次序不同", f"of {of} keys {changed} {en}")
        size = trial.bench.spec.batch_size
        backwards = trial.keys[:size][::-1]
        batch = await trial.ask(watch, *backwards)
    moved = sum(content_of(first[key], key) != content_of(batch, key) for key in backwards)
    of, en = len(backwards), "got other records, or another order, when asked backwards"
    keep(moved == 0, f"{of} 个键中有 {moved} 个倒序查询时结果或次序不同", f"of {of} keys {moved} {en}")
    return {"keys": len(trial.keys), "records": sum(len(content_of(first[key], key)) for key in trial.keys)}


async def only_asked(trial: Trial) -> Evidence:
    """Ask for all fields, for all in reverse, for none."""
    key, fields = trial.keys[0], trial.fields
    async with trial.bench.open() as watch:
        whole = (await trial.ask(watch, key)).rows.get(key, ())
        reverse = (await trial.ask(watch, key, fields=fields[::-1])).rows.get(key, ())
        none = (await trial.ask(watch, key, fields=())).rows.get(key, ())
    turned = [row.values for row in whole] == [row.values[::-1] for row in reverse]
    keep(turned, "字段次序改变了值", "the order of fields changed a value")
    same = [row.record_key for row in whole] == [row.record_key for row in none]
    keep(same, "不查字段时记录不同", "without fields, other records came")
    keep(all(row.values == () for row in none), "给出了没有查的字段", "fields came that were not asked for")
    return {"fields": len(fields), "records": len(whole)}


async def stamped(trial: Trial) -> Evidence:
    """Ask twice, and look at the digests and the time."""
    key = trial.keys[0]
    async with trial.bench.open() as watch:
        first, again = await trial.ask(watch, key), await trial.ask(watch, key)
    for answer in (first, again):
        offset = datetime.fromisoformat(answer.fetched_at).utcoffset()
        keep(offset is not None, "答复时间没有时区", "the time of an answer has no offset")
        digests = [answer.digest, *content_of(answer, key)]
        keep(all(map(_DIGEST.fullmatch, digests)), "答复或记录没有摘要", "an answer, or a record, has no digest")
    same = content_of(first, key) == content_of(again, key)
    keep(same, "再问时同样的记录摘要不同", "the same records have other digests the second time")
    return {"answer_digest": first.digest[:_SHOWN], "same_bytes": first.digest == again.digest}


async def columns(trial: Trial) -> Evidence:
    """Look whether a record came without a column that the source file names."""
    async with trial.bench.open() as watch:
        answers = await trial.singles(watch)
    rows = [row for key, answer in answers.items() for row in answer.rows.get(key, ())]
    if not rows:
        raise NotApplicable("没有查到记录,未能证明", "no record was found, so nothing is proved")
    missing = {issue.message for row in rows for issue in row.issues if reason_of(issue.message)[0] is _MISSING}
    told = "; ".join(sorted(missing))
    keep(not missing, f"缺少或改名的列:{len(missing)} 个", told)
    return {"columns": len(columns_described(trial.entity)), "records": len(rows)}


async def malformed(trial: Trial) -> Evidence:
    """Look at the values that cannot be read: each is null and noted, its record kept, and counted."""
    async with trial.bench.open() as watch:
        answers = await trial.singles(watch)
        counted = watch.gate.health().misreads
    rows = [row for key, answer in answers.items() for row in answer.rows.get(key, ())]
    misread: Counter[str] = Counter(issue.field for row in rows for issue in row.issues if issue.misread)
    places = {name: at for at, name in enumerate(trial.fields)}
    for row in rows:
        shown = [issue for issue in row.issues if issue.misread and issue.field in places]
        null = all(row.values[places[each.field]] is None for each in shown)
        keep(null, "读不懂的值却有展示", "a value that cannot be read is shown")
    seen = sum(any(issue.misread for issue in row.issues) for row in rows)
    en = f"{seen} records have a value that cannot be read, {counted} were counted"
    keep(counted == seen, f"有读不懂的值的记录 {seen} 条,计入 {counted} 条", en)
    left_out = sum(len(answer.unreadable) for answer in answers.values())
    return {"records": len(rows), "with_unreadable_values": seen, "keys_with_records_left_out": left_out, **misread}


ANSWERS: Final = (
    Behavior(
        "by_key",
        ("逐个键查询", "each key is asked for alone"),
        ("答复只含该键的记录", "the answer holds records of that key alone"),
        by_key,
    ),
    Behavior(
        "empty_batch",
        ("不带键查询", "nobody is asked for"),
        ("没有记录,不出错", "nothing is found, and nothing fails"),
        empty_batch,
    ),
    Behavior(
        "unknown_key",
        ("查询不存在的键", "a code that nobody has is asked for"),
        ("查无,且不影响同批的键", "nothing is found, and keys beside it find what they do alone"),
        unknown_key,
    ),
    Behavior(
        "full_batch",
        ("一次查满批", "a full batch is asked for"),
        ("与逐个查询结果相同", "each key finds what it finds alone"),
        full_batch,
    ),
    Behavior(
        "duplicate_key",
        ("同一键同时查两次", "one key is asked for twice at once"),
        ("两次结果相同,记录不加倍", "both find the same, and nothing is doubled"),
        duplicate_key,
    ),
    Behavior(
        "order",
        ("重复查询、倒序查询", "the keys are asked for again, and backwards"),
        ("每个键的记录次序不变", "the records of each key keep their order"),
        order,
    ),
    Behavior(
        "only_asked",
        ("查询全部字段、倒序字段、不查字段", "all fields, all in reverse, and none are asked for"),
        ("只给所查的字段,次序如所问", "only fields that were asked for come, in the order asked"),
        only_asked,
    ),
    Behavior(
        "stamped",
        ("查看答复的时间与摘要", "times and digests of answers are looked at"),
        ("有时间和摘要;同一记录摘要不变", "there are both, and a record keeps its digest"),
        stamped,
    ),
    Behavior(
        "columns",
        ("查看文件所列的列是否都在", "every column that the source file names is looked for"),
        ("一列不缺", "all of them are there"),
        columns,
    ),
    Behavior(
        "malformed",
        ("统计读不懂的值", "values that cannot be read are counted"),
        ("为空并注明,记录保留,如数计入", "null and noted, the record kept, each one counted"),
        malformed,
    ),
)
