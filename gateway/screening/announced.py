"""What is announced of a portfolio that is to be uploaded: what may be wrong with it, and how it is then read. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from connectors.declaration import unknown
from gateway.plan.document import redact
from gateway.screening.job import Settings
from gateway.screening.portfolio import MAXIMUM_ROWS, PREFIX
from gateway.screening.results import RESULTS
from schema.identifiers import SCHEMES
from schema.screening import AnnounceScreeningInput

LONGEST_SLICE: Final = 1_000
MAXIMUM_SLICES: Final = 10_000
LONGEST_COLUMN: Final = 200
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def announced_mistakes(given: AnnounceScreeningInput) -> Iterator[tuple[str, str]]:
    """Yield the part and the message of each thing wrong with what is announced."""
    if not 1 <= given.rows <= MAXIMUM_ROWS:
        yield "rows", f"expected 1 to {MAXIMUM_ROWS:,} rows: part the portfolio"
    if _DIGEST.fullmatch(given.digest) is None:
        yield "digest", "expected a SHA-256 as 64 hexadecimal digits in lower case"
    if not 1 <= len(given.key) <= LONGEST_COLUMN or not given.key.isprintable() or redact(given.key) != given.key:
        yield "key", f"expected the name of a column, at most {LONGEST_COLUMN} characters without a long number"
    if given.scheme is not None and given.scheme not in SCHEMES:
        yield "scheme", unknown("scheme", redact(given.scheme[:LONGEST_COLUMN]), SCHEMES)
    names = given.columns
    if names is not None and (not names or len(set(names)) < len(names) or not set(names) <= RESULTS.keys()):
        yield "columns", f"expected some of {', '.join(RESULTS)}, each once"
    if PREFIX.fullmatch(given.prefix) is None:
        yield "prefix", "may have letters, digits and `_` only, at most 32"
    if not 1 <= given.slice_rows <= LONGEST_SLICE:
        yield "sliceRows", f"expected 1 to {LONGEST_SLICE:,} rows"
    elif given.rows > given.slice_rows * MAXIMUM_SLICES:
        yield "sliceRows", f"a portfolio has at most {MAXIMUM_SLICES:,} slices: take more rows together"


def announced_settings(given: AnnounceScreeningInput, told: Mapping[str, msgspec.Raw]) -> Settings:
    """Return how the portfolio is read and told; ``told`` is what rules read besides."""
    return Settings(
        key=given.key,
        scheme=given.scheme,
        columns=tuple(RESULTS if given.columns is None else given.columns),
        prefix=given.prefix,
        slice_rows=given.slice_rows,
        input=dict(told),
        wait=given.wait,
    )
