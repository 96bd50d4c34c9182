"""What can go wrong between the gateway and a source, and in the files that describe sources.

    ConfigError                 start-up only: every mistake of every file, each with file, place and what was expected
    InvalidValue                one raw value does not read as its type; becomes an `Issue` of its record
    SourceError
      SourceUnavailable         connection refused or lost, 5xx, a fault that may pass
      SourceTimedOut            no whole answer within the source's timeout or the request's deadline
      SourceClosed              quiet hours, or the source said that it is closed; carries until when
      SourceRejected            4xx, a fault that says we asked wrongly: our mistake or a changed interface
      SourceMisread             an answer that does not have the promised form (HTML for JSON, a missing column)

Messages: lower case, no full stop, the source's name but never its address, never a personal number.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a configuration file."""

    file: str
    place: str
    message: str

    def __str__(self) -> str:
        told = f"{self.file}: {self.place}: {self.message}" if self.place else f"{self.file}: {self.message}"
        return printable(told)


def printable(text: str) -> str:
    """Return ``text`` on one line, with escapes for what a screen or a log would obey: it may be meant to mislead."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class ConfigError(Exception):
    """All mistakes found in the configuration, reported at once."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class InvalidValue(ValueError):
    """A raw value that does not read as its declared type; ``reason`` never quotes personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SourceError(Exception):
    """A batch that a source did not answer; ``reason`` is fit for the caller's eyes."""

    status = "UNAVAILABLE"

    def __init__(self, reason: str, until: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.until = until


class SourceUnavailable(SourceError):
    """The source could not be reached or failed; the next query may succeed."""


class SourceTimedOut(SourceError):
    """No whole answer within the time the source, or the request, allows."""

    status = "TIMED_OUT"


class SourceClosed(SourceError):
    """The source is closed now (quiet hours); ``until`` is the ISO time at which it opens."""

    status = "CLOSED"


class SourceRejected(SourceError):
    """The source refused the question; asking again will not help."""


class SourceMisread(SourceError):
    """The answer does not have the form its source file promises."""

    status = "MISREAD"
