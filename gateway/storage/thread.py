"""One thread that owns one store: calls go in by a queue, results come back as futures of the caller's event loop.

A `ThreadPoolExecutor` does the same at twice the cost per call (its futures carry a lock and a condition each).
"""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, Generic, Protocol, TypeVar


class Closable(Protocol):
    """What a thread can own; every method of a store blocks and may raise anything that its driver raises."""

    def close(self) -> None:
        """Give back what is held."""
        ...


T = TypeVar("T")
S = TypeVar("S", bound=Closable)


class StoreThread(Generic[S]):
    """Runs calls on a store, one after the other; the store is made, used and closed in the thread."""

    def __init__(self, make_store: Callable[[], S], name: str = "ledger") -> None:
        self._make_store = make_store
        self._name = name
        self._calls: SimpleQueue[tuple[Callable[[S], Any], asyncio.Future[Any]] | None] = SimpleQueue()
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._stopped = False

    async def start(self) -> None:
        """Return when the store is open; raise what opening it raised."""
        self._thread.start()
        await self._opened

    def submit(self, call: Callable[[S], T]) -> asyncio.Future[T]:
        """Return a future of ``call(store)``; raise RuntimeError after `stop`."""
        if self._stopped:
            raise RuntimeError(f"the {self._name} is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._calls.put((call, future))
        return future

    async def stop(self) -> None:
        """Return when all calls are done and the store is closed; raise what closing it raised."""
        if not self._stopped:
            self._stopped = True
            self._calls.put(None)
        await self._closed

    def _run(self) -> None:
        try:
            store = self._make_store()
        except Exception as error:  # noqa: BLE001 (handed to the one who waits)
            _post(self._opened, error, None)
            return
        _post(self._opened, None, None)
        while (item := self._calls.get()) is not None:
            call, future = item
            _run_call(partial(call, store), future)
        _run_call(store.close, self._closed)


def _run_call(call: Callable[[], Any], future: asyncio.Future[Any]) -> None:
    """Make ``call``; settle ``future`` with what it returns or raises."""
    try:
        result = call()
    except Exception as error:  # noqa: BLE001 (handed to the one who waits)
        _post(future, error, None)
    else:
        _post(future, None, result)


def _post(future: asyncio.Future[Any], error: Exception | None, result: Any) -> None:
    """Settle ``future`` in its own loop."""
    future.get_loop().call_soon_threadsafe(_settle, future, error, result)


def _settle(future: asyncio.Future[Any], error: Exception | None, result: Any) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
