"""Where a screened portfolio is written: to a file that is there whole or not at all, or while the screening runs.

Terms
    draft   a file of another name, which takes the name of the output when it is whole
    grown   a file that grows by the rows of each slice that is done, in order
    piped   the same into a pipe, to whoever reads standard output

# INVARIANT: what is written follows from the portfolio and the outcomes that are kept, and from nothing else: what an
earlier run has written is the beginning of what this one writes. It is compared, byte by byte, and gone on with where
it ends, be it within a row: none is lost, comes twice or out of order.
"""

import os
from hashlib import sha256
from io import RawIOBase
from pathlib import Path
from typing import IO, Any, Protocol, cast

from gateway.screening.files import FileRefused, Reader, Writer, format_beside, open_lines, open_writer
from gateway.screening.job import Job
from gateway.screening.portfolio import digest_of, private_file

PRIVATE = 0o600


class Outlet(Protocol):
    """Somewhere to write to; ``runs`` tells that it takes rows while others are still asked about."""

    @property
    def runs(self) -> bool:
        """Whether rows are written as soon as they, and all before them, are done."""
        ...

    def require(self, reader: Reader) -> None:
        """Return if a portfolio of ``reader`` can be written here; raises `FileRefused`."""
        ...

    def open(self, reader: Reader, job: Job) -> Writer:
        """Return what writes the rows, from the first on; raises `FileRefused`, OSError."""
        ...

    def finish(self) -> str:
        """Return the SHA-256 in hex of all that was written, after the writer was closed; raises `FileRefused`."""
        ...


class Draft:
    """The file at ``path``, there whole or not at all."""

    runs = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path

    def require(self, reader: Reader) -> None:
        """Return if the name of the file fits (`Outlet`)."""
        format_beside(reader, self._path)

    def open(self, reader: Reader, job: Job) -> Writer:
        """Return the writer (`Outlet`); only the owner may read the file."""
        self._draft = private_file(self._path)
        added, format_ = job.settings.added, format_beside(reader, self._path)
        return open_writer(self._draft, reader, job.settings.key, added, format_)

    def finish(self) -> str:
        """Give the file its name (`Outlet`)."""
        digest = digest_of(self._draft)
        self._draft.replace(self._path)
        return digest


class Grown:
    """The file at ``path``, growing; only its owner may read it. It is whole when the manifest is there."""

    runs = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sink: _File | None = None

    def require(self, reader: Reader) -> None:
        """Return if the format is one of lines (`Outlet`)."""
        _require_lines(reader, self._path)

    def open(self, reader: Reader, job: Job) -> Writer:
        """Return the writer (`Outlet`); what is there already is compared."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        self._sink = _File(os.fdopen(os.open(self._path, flags, PRIVATE), "r+b", buffering=0))
        format_ = format_beside(reader, self._path)
        return open_lines(cast("IO[bytes]", self._sink), reader, job.settings.key, job.settings.added, format_)

    def finish(self) -> str:
        """Return the digest (`Outlet`); a file that is longer than the output is refused."""
        assert self._sink is not None, "nothing is finished before it is opened"
        return self._sink.finished()


class Piped:
    """Standard output, or any other file descriptor: NDJSON, without the first rows if those were read before."""

    runs = True

    def __init__(self, descriptor: int, after: int = 0) -> None:
        self._sink = _Pipe(descriptor, after)

    def require(self, reader: Reader) -> None:
        """Return: every portfolio can be written as NDJSON (`Outlet`)."""

    def open(self, reader: Reader, job: Job) -> Writer:
        """Return the writer (`Outlet`); raises `FileRefused` when there are not as many rows as were read before."""
        if self._sink.after > job.rows:
            raise FileRefused(f"`--after` is {self._sink.after:,}, but the portfolio has {job.rows:,} rows")
        return open_lines(cast("IO[bytes]", self._sink), reader, job.settings.key, job.settings.added, "ndjson")

    def finish(self) -> str:
        """Return the digest of all rows, those left out included (`Outlet`)."""
        return self._sink.finished()


class _Sink(RawIOBase):
    """Takes bytes and knows their digest."""

    def __init__(self) -> None:
        super().__init__()
        self._digest = sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        text = bytes(data)
        self._digest.update(text)
        self._put(text)
        return len(text)

    def finished(self) -> str:
        return self._digest.hexdigest()

    def _put(self, text: bytes) -> None:
        raise NotImplementedError


class _File(_Sink):
    """Compares with what ``file`` has, and writes what it has not."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self._left = os.fstat(file.fileno()).st_size

    def close(self) -> None:
        if not self.closed:
            os.fsync(self._file.fileno())
            self._file.close()
        super().close()

    def finished(self) -> str:
        if self._left:
            raise FileRefused(OTHER)
        return super().finished()

    def _put(self, text: bytes) -> None:
        while self._left and text:
            there = self._file.read(min(self._left, len(text)))
            if not there or not text.startswith(there):
                raise FileRefused(OTHER)
            self._left -= len(there)
            text = text[len(there) :]
        while text:
            text = text[self._file.write(text) :]


class _Pipe(_Sink):
    """Writes lines to ``descriptor``, but for the first ``after``."""

    def __init__(self, descriptor: int, after: int) -> None:
        super().__init__()
        self.after = after
        self._descriptor = descriptor
        self._skipped = 0

    def _put(self, text: bytes) -> None:
        at = 0
        while self._skipped < self.after and (end := text.find(b"\n", at)) >= 0:
            self._skipped += 1
            at = end + 1
        if self._skipped < self.after:
            return
        rest = memoryview(text)[at:]
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except BrokenPipeError:
            raise FileRefused(
                "nobody reads the output any more: go on with `--resume`, and `--after` with the rows that were read"
            ) from None


OTHER = "the output holds something else than this job writes: remove it, and go on; nobody is asked again for it"


def _require_lines(reader: Reader, path: Path) -> None:
    format_ = format_beside(reader, path)
    if format_ not in {"csv", "ndjson"}:
        raise FileRefused(f"{format_} cannot be written while it runs: end the name of `--out` in `.ndjson`")
