"""A real browser for tests: Chromium, driven by the DevTools protocol over a websocket.

Nothing is waited for by the clock alone: a page is asked until it says what it should, or the time is up.
"""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final, cast

import pytest
from websockets.sync.client import ClientConnection, connect

INSTALL: Final = ("apt-get", "install", "-y", "--no-install-recommends", "chromium")
SECONDS: Final = 60
FLAGS: Final = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
    "--disable-background-networking", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-port=0",
)  # fmt: skip


class Page:
    """One page of the browser; ``requests`` are the URLs that it asked for, in order."""

    def __init__(self, connection: ClientConnection, session: str) -> None:
        self.requests: list[str] = []
        self.said: list[str] = []
        """What it wrote to the console as an error, and exceptions that nobody caught."""
        self._connection = connection
        self._session = session
        self._number = 0
        self._loaded: set[str] = set()
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Return what the browser answers to a command of its protocol."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters, "sessionId": self._session}
        self._connection.send(json.dumps(message))
        while True:
            told = json.loads(self._connection.recv(timeout=SECONDS))
            if told.get("id") == number and told.get("sessionId") == self._session:
                assert "error" not in told, told["error"]
                return cast("dict[str, Any]", told["result"])
            self._note(told)

    def open(self, url: str) -> None:
        """Go to ``url``; return when it has loaded."""
        loader, end = self.call("Page.navigate", url=url)["loaderId"], monotonic() + SECONDS
        while loader not in self._loaded:
            assert monotonic() < end, f"never loaded: {url}"
            self._note(json.loads(self._connection.recv(timeout=SECONDS)))

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript, awaited if it is a promise."""
        told = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def until(self, expression: str) -> Any:
        """Return the value of ``expression`` as soon as it is true."""
        end = monotonic() + SECONDS
        while not (value := self.evaluate(expression)):
            assert monotonic() < end, f"never: {expression}"
            sleep(0.02)
        return value

    def choose(self, selector: str, *files: Path) -> None:
        """Choose ``files`` in the file input that ``selector`` finds."""
        found = self.call("Runtime.evaluate", expression=f"document.querySelector({json.dumps(selector)})")
        names = [str(each) for each in files]
        self.call("DOM.setFileInputFiles", objectId=found["result"]["objectId"], files=names)

    def press(self, key: str, code: int) -> None:
        """Press a key of the keyboard; ``code`` is the one that Windows has for it."""
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    def screenshot(self) -> bytes:
        """Return a picture of the page as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def _note(self, told: dict[str, Any]) -> None:
        parameters = told.get("params", {})
        match told.get("method"):
            case "Page.lifecycleEvent" if parameters["name"] == "load":
                self._loaded.add(parameters["loaderId"])
            case "Network.requestWillBeSent":
                self.requests.append(parameters["request"]["url"])
            case "Runtime.exceptionThrown":
                self.said.append(json.dumps(parameters["exceptionDetails"]))
            case "Log.entryAdded":
                self.said.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")


@contextmanager
def browser() -> Iterator[Page]:
    """Run a browser with an empty profile; yield its page."""
    program = chromium_program()
    with tempfile.TemporaryDirectory(prefix="credit-browser-", ignore_cleanup_errors=True) as folder:
        command = [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                with connect(_endpoint(Path(folder), process), max_size=None, proxy=None) as connection:
                    yield Page(connection, _session(connection))
            finally:
                process.terminate()
                process.wait(timeout=SECONDS)


def chromium_program() -> str:
    """Return the browser: installed where we may, else the test is skipped."""
    if _found() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], check=False, capture_output=True)
        subprocess.run(INSTALL, check=False, capture_output=True, env=environment)
    program = _found()
    if program is None:
        message = f"Chromium is not installed; run: {' '.join(INSTALL)}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return program


def _found() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _endpoint(folder: Path, process: subprocess.Popen[bytes]) -> str:
    """Return where the browser is driven from, which it writes into its profile."""
    file, end = folder / "DevToolsActivePort", monotonic() + SECONDS
    while not (file.exists() and len(lines := file.read_text().splitlines()) == 2):
        assert process.poll() is None, f"the browser ended with {process.returncode}"
        assert monotonic() < end, "the browser does not start"
        sleep(0.02)
    return f"ws://127.0.0.1:{lines[0]}{lines[1]}"


def _session(connection: ClientConnection) -> str:
    created = _ask(connection, 1, "Target.createTarget", url="about:blank")
    attached = _ask(connection, 2, "Target.attachToTarget", targetId=created["targetId"], flatten=True)
    return cast("str", attached["sessionId"])


def _ask(connection: ClientConnection, number: int, method: str, **parameters: Any) -> dict[str, Any]:
    connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
    while (told := json.loads(connection.recv(timeout=SECONDS))).get("id") != number:
        pass
    return cast("dict[str, Any]", told["result"])
