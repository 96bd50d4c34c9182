"""The page that verifies answers, in a real browser: it says what the command line says, and sends nothing anywhere."""

import json
import random
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any, Final

import orjson
import pytest
import uvicorn
from starlette.applications import Starlette

from gateway.http.verifier import FILES, verifier_routes
from gateway.portal.words import script
from gateway.proof.bundle import Bundle, BundleError, bundle_text, read_bundle, read_text, receipt_members
from gateway.proof.note import VerifierKey
from gateway.proof.verify import verify
from tests.browser import Page, browser
from tests.gateway.bundles import IMPOSTOR, KEY, STRANGER, good, keys
from tests.gateway.test_proof_verify import ALTERATIONS, WRONG, WRONG_RECEIPTS
from tests.servers import free_port

FOLDER: Final = Path(__file__).parents[2] / "gateway" / "portal" / "verify"
GOOD: Final = good()
ANSWER: Final = GOOD.answer or ""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The page, served alone."""
    port = free_port()
    app = Starlette(routes=verifier_routes(lambda: [str(KEY.verifier)]))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", lifespan="off"))
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page of a browser; each test opens what it needs."""
    with browser() as one:
        yield one


def opened(page: Page, site: str) -> Page:
    page.open(f"{site}/verify/")
    page.said.clear()
    return page


def checked(page: Page, files: list[Path]) -> list[dict[str, Any]]:
    """Return what the page says of each of ``files``, as `told` does."""
    page.choose("#files", *files)
    page.evaluate("at('result').replaceChildren(); at('check').click()")
    page.until("at('result').children.length > 0")
    shown: list[dict[str, Any]] = page.evaluate(
        """[...document.querySelectorAll('article')].map(one => ({
            verdict: one.dataset.verdict,
            place: one.dataset.place ?? null,
            said: [...one.querySelectorAll(':scope > p')].map(p => p.textContent),
            findings: [...one.querySelectorAll('tbody tr')].map(row => [
                row.dataset.code, row.dataset.verdict, row.cells[1].textContent,
                ...[...row.cells[2].children].map(p => p.textContent)]),
        }))"""
    )
    assert page.said == []
    return shown


def told(data: bytes, of: list[VerifierKey]) -> dict[str, Any]:
    """Return what the command line says of a file."""
    try:
        verified = verify(read_bundle(read_text(data)), of)
    except BundleError as error:
        place = f"{error.place}: " if error.place else ""
        said = [f"无法读取: {place}{error.zh}", f"cannot be read: {place}{error.en}"]
        return {"verdict": "NOT_READ", "place": error.place, "said": said, "findings": []}
    findings = [[each.code, str(each.verdict), each.place, each.zh, each.en] for each in verified.findings]
    return {"verdict": str(verified.verdict), "place": None, "said": list(verified.words), "findings": findings}


def agree(page: Page, folder: Path, contents: dict[str, bytes], of: list[VerifierKey] | None = None) -> None:
    """Hold the page to what the command line says of each of ``contents``."""
    files = []
    for at, data in enumerate(contents.values()):
        (folder / f"{at}.json").write_bytes(data)
        files.append(folder / f"{at}.json")
    shown = checked(page, files)
    assert len(shown) == len(files)
    for name, said, data in zip(contents, shown, contents.values(), strict=True):
        assert said == told(data, keys() if of is None else of), name


def files_of(bundles: dict[str, Bundle]) -> dict[str, bytes]:
    return {name: bundle_text(each).encode() for name, each in bundles.items()}


def test_good_bundles(page: Page, site: str, tmp_path: Path) -> None:
    indented = json.dumps(json.loads(ANSWER), indent=1)
    bundles = {
        "sha-256": GOOD,
        "sm3": good(algorithm="sm3"),
        "one entry": good(0, 1),
        "last of many": good(36, 37, "sm3"),
        "laid out anew": replace(GOOD, answer=ANSWER + "\n"),
        "written anew": replace(GOOD, answer=indented),
        "without shape": replace(GOOD, receipt=replace(GOOD.receipt, shape=None, timestamps=({},))),
    }
    agree(opened(page, site), tmp_path, files_of(bundles))
    assert page.evaluate("document.querySelectorAll('article[data-verdict=HOLDS]').length") == len(bundles)


def test_every_alteration(page: Page, site: str, tmp_path: Path) -> None:
    agree(opened(page, site), tmp_path, files_of({name: bundle for name, (bundle, _) in ALTERATIONS.items()}))
    assert page.evaluate("document.querySelectorAll('article[data-verdict=FAILS]').length") == len(ALTERATIONS)


def test_what_cannot_be_read(page: Page, site: str, tmp_path: Path) -> None:
    members = receipt_members(GOOD.receipt)
    contents = {f"bundle, {name}": json.dumps(value).encode() for name, (value, _) in WRONG.items() if value}
    contents |= {f"receipt, {name}": json.dumps(members | each).encode() for name, (each, _) in WRONG_RECEIPTS.items()}
    contents |= {
        "not UTF-8": bundle_text(GOOD).encode() + "账".encode()[:2],
        "not UTF-8 within": b'{"entry":"\xc0\xaf"}',
        "twice": bundle_text(GOOD).replace('"answer":', '"answer": "",\n  "answer":').encode(),
        "receipt alone": json.dumps(members).encode(),
    }
    agree(opened(page, site), tmp_path, contents)


@pytest.mark.parametrize(
    "of",
    [[], keys(STRANGER), keys(IMPOSTOR), keys(IMPOSTOR, KEY)],
    ids=["no key", "a stranger's", "an impostor's", "two keys"],
)
def test_other_keys(page: Page, site: str, tmp_path: Path, of: list[VerifierKey]) -> None:
    opened(page, site)
    page.evaluate(f"at('keys').value = {json.dumps(chr(10).join(map(str, of)))}")
    agree(
        page, tmp_path, files_of({"good": GOOD, "entry": ALTERATIONS["entry"][0], "path": ALTERATIONS["index"][0]}), of
    )


def test_any_byte(page: Page, site: str, tmp_path: Path) -> None:
    """Bytes here and there of each part, one at a time; the property over all of them is held in Python."""
    chance = random.Random(5)
    contents: dict[str, bytes] = {}
    for at in range(160):
        data = bytearray(bundle_text(GOOD).encode())
        place = chance.randrange(len(data))
        data[place] ^= 1 << chance.randrange(7)
        contents[f"{at}: byte {place}"] = bytes(data)
    agree(opened(page, site), tmp_path, contents)


def test_any_byte_within_the_parts(page: Page, site: str, tmp_path: Path) -> None:
    chance = random.Random(6)
    bundles: dict[str, Bundle] = {}
    for at in range(160):
        bundle = good(at % 13, 13, "sm3" if at % 2 else "sha-256")
        part = ("answer", "entry", "checkpoint", "shape")[at % 4]
        texts = {"answer": bundle.answer, **receipt_members(bundle.receipt)}
        text = str(texts[part])
        place = chance.randrange(len(text))
        changed = text[:place] + chr(ord(text[place]) ^ (1 << chance.randrange(5))) + text[place + 1 :]
        changes: dict[str, Any] = {} if part == "answer" else {part: changed}
        receipt = replace(bundle.receipt, **changes)
        bundles[f"{at}: {part} at {place}"] = Bundle(receipt, changed if part == "answer" else bundle.answer)
    agree(opened(page, site), tmp_path, files_of(bundles))


def test_numbers_and_escapes_are_written_as_the_gateway_writes(page: Page, site: str) -> None:
    chance = random.Random(7)
    doubles = [struct.unpack("<d", chance.randbytes(8))[0] for _ in range(400)]
    doubles += [10.0**power for power in range(-9, 23)] + [-0.0, 0.0, 0.1, 123.456, 1e300, 5e-324]
    tokens = [repr(each) for each in doubles if each == each and abs(each) != float("inf")]
    tokens += ["-0", "0", "18446744073709551615", "18446744073709551616", "-9223372036854775809", "1E5", "1.50", "true"]
    texts = [*tokens, *(json.dumps(each) for each in ('\x00\x1f\b\t\n\f\r"\\/', "é账\U0001f600\x7f\u2028", ""))]
    told_here = [orjson.dumps(orjson.loads(each)).decode() for each in texts]
    opened(page, site)
    assert page.evaluate(f"{json.dumps(texts)}.map(text => compact(text, spelled))") == told_here


def test_an_answer_with_its_receipt(page: Page, site: str, tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(ANSWER)
    (tmp_path / "receipt.json").write_text(json.dumps(receipt_members(GOOD.receipt)))
    (one,) = checked(opened(page, site), [tmp_path / "answer.json", tmp_path / "receipt.json"])
    assert one == told(bundle_text(GOOD).encode(), keys())


def test_the_key_of_the_server_is_shown_as_such(page: Page, site: str) -> None:
    opened(page, site)
    assert page.evaluate("at('keys').value") == str(KEY.verifier)
    assert "come from the server" in page.evaluate("at('key-source').textContent")


def test_a_wrong_key_is_told(page: Page, site: str, tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_text(bundle_text(GOOD))
    opened(page, site)
    page.evaluate("at('keys').value = '# a comment\\n' + at('keys').value.replace('+c', '+d')")
    (one,) = checked(page, [tmp_path / "bundle.json"])
    assert one["verdict"] == "NOT_READ"
    assert "line 2: the id `d" in one["said"][1]


def test_nothing_leaves_the_page(page: Page, site: str, tmp_path: Path) -> None:
    opened(page, site)
    assert {each.removeprefix(site) for each in page.requests if each.startswith(site)} == {
        "/verify/", "/verify/keys.js", *(f"/verify/{name}" for name in FILES if name != "index.html"),
    }  # fmt: skip
    page.requests.clear()
    agree(page, tmp_path, files_of({"good": GOOD, "altered": ALTERATIONS["a leaf"][0]}))
    assert page.requests == []
    tried = page.evaluate("fetch('/verify/', {method: 'POST', body: 'x'}).then(() => 'sent', () => 'refused')")
    assert tried == "refused"


def test_the_page_works_from_a_folder(page: Page, tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_text(bundle_text(GOOD))
    page.open((FOLDER / "index.html").as_uri())
    assert "Paste the public key" in page.evaluate("at('key-source').textContent")
    page.evaluate(f"at('keys').value = {json.dumps(str(KEY.verifier))}")
    page.said.clear()
    (one,) = checked(page, [tmp_path / "bundle.json"])
    assert one["verdict"] == "HOLDS"


def test_files_can_be_dropped(page: Page, site: str, tmp_path: Path) -> None:
    opened(page, site)
    text = json.dumps(bundle_text(GOOD))
    page.evaluate(
        f"""(() => {{
            const dropped = new DataTransfer();
            dropped.items.add(new File([{text}], 'bundle.json'));
            at('drop').dispatchEvent(new DragEvent('drop', {{dataTransfer: dropped, bubbles: true, cancelable: true}}));
        }})()"""
    )
    page.until("document.querySelector('article[data-verdict=HOLDS]') !== null")


def test_the_keyboard_is_enough(page: Page, site: str, tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_text(bundle_text(GOOD))
    opened(page, site).choose("#files", tmp_path / "bundle.json")
    for place in ("keys", "files", "check"):
        page.press("Tab", 9)
        assert page.evaluate("document.activeElement.id") == place
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.press("Enter", 13)
    page.until("document.querySelector('article') !== null")
    assert page.until("document.activeElement.id") == "result"


def test_everything_has_a_name_and_can_be_seen(page: Page, site: str, tmp_path: Path) -> None:
    agree(opened(page, site), tmp_path, files_of({"good": GOOD, "bad": ALTERATIONS["a leaf"][0]}))
    assert page.evaluate("['keys', 'files'].map(id => at(id).labels.length)") == [1, 1]
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.evaluate("at('result').getAttribute('role')") == "status"
    colors = page.evaluate(
        """[...document.querySelectorAll('p, td, th, h1, h2, h3, label, button')].map(one => {
            const style = getComputedStyle(one);
            const clear = style.backgroundColor === 'rgba(0, 0, 0, 0)';
            return [style.color, clear ? 'rgb(255, 255, 255)' : style.backgroundColor];
        })"""
    )
    assert {tuple(pair) for pair in colors}
    assert min(contrast(*pair) for pair in colors) >= 4.5  # WCAG 2.2, 1.4.3


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors `rgb(r, g, b)` (WCAG 2.2, relative luminance)."""
    first, second = sorted((luminance(one), luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def luminance(color: str) -> float:
    parts = [int(each) / 255 for each in color.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_the_words_are_those_of_the_command_line() -> None:
    assert (FOLDER / "words.js").read_text(encoding="utf-8") == script(), "run `make words`"


def test_every_file_of_the_page_is_served() -> None:
    assert {each.name for each in FOLDER.iterdir()} == set(FILES)
