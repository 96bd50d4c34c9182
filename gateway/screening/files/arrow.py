"""Batches made one after the other, as an Arrow C stream: what writes Parquet takes them as they are made.

arro3 makes streams of lists only, which would hold a whole portfolio. The structures are those of the Arrow C data and
stream interfaces, an ABI that is promised not to change (https://arrow.apache.org/docs/format/CStreamInterface.html).
"""

import ctypes
from collections.abc import Iterable, Iterator
from typing import Any, Final

from arro3.core import RecordBatch, Schema

_SCHEMA_WORDS: Final = 9
"""Words of 64 bits of an ArrowSchema: format, name, metadata, flags, 2 of children, dictionary, release, private."""
_ARRAY_WORDS: Final = 10
"""Of an ArrowArray: length, nulls, offset, 2 counts, buffers, children, dictionary, release, private."""
_RELEASE_FROM_END: Final = 2
_EIO: Final = 5
_WORD: Final = 8

_api: Final = ctypes.pythonapi
_api.PyCapsule_New.restype = ctypes.py_object
_api.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
_api.PyCapsule_GetPointer.restype = ctypes.c_void_p
_api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]

_GET: Final = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
_LAST_ERROR: Final = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)
_RELEASE: Final = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class _CStream(ctypes.Structure):
    _fields_ = (
        ("get_schema", _GET),
        ("get_next", _GET),
        ("get_last_error", _LAST_ERROR),
        ("release", _RELEASE),
        ("private_data", ctypes.c_void_p),
    )


class BatchStream:
    """An Arrow stream of ``batches``, all of ``schema``; to be read once. Keep it until it has been read.

    ``failed`` is what making a batch raised: the reader only knows that something did.
    """

    def __init__(self, schema: Schema, batches: Iterable[RecordBatch]) -> None:
        self.failed: BaseException | None = None
        self._schema = schema
        self._batches: Iterator[RecordBatch] = iter(batches)
        self._stream = _CStream(
            _GET(self._get_schema),
            _GET(self._get_next),
            _LAST_ERROR(lambda _: b"a batch could not be made"),
            _RELEASE(self._release),
            None,
        )

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        """Return the capsule that a reader of Arrow streams takes."""
        return _api.PyCapsule_New(ctypes.addressof(self._stream), b"arrow_array_stream", None)

    def _get_schema(self, _: int, out: int) -> int:
        _move(self._schema.__arrow_c_schema__(), b"arrow_schema", _SCHEMA_WORDS, out)
        return 0

    def _get_next(self, _: int, out: int) -> int:
        try:
            batch = next(self._batches, None)
        except BaseException as error:  # noqa: BLE001  (it cannot be raised through the reader; `failed` keeps it)
            self.failed = error
            return _EIO
        if batch is None:
            ctypes.memset(out, 0, _ARRAY_WORDS * _WORD)
        else:
            pair: Any = batch.__arrow_c_array__()
            _move(pair[1], b"arrow_array", _ARRAY_WORDS, out)
        return 0

    def _release(self, _: int) -> None:
        self._stream.release = _RELEASE()


def _move(capsule: Any, name: bytes, words: int, out: int) -> None:
    """Move the structure in ``capsule`` to ``out``: a moved one is marked as released, by a null pointer."""
    source = _api.PyCapsule_GetPointer(capsule, name)
    ctypes.memmove(out, source, words * _WORD)
    ctypes.memset(source + (words - _RELEASE_FROM_END) * _WORD, 0, _WORD)
