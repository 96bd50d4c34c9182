"""Which kinds of database a URL may name."""

import sqlalchemy as sa


def read_url(url: str, whose: str) -> sa.URL:
    """Return ``url``, a `sqlite:///` file or `postgresql://`; raise ValueError for another kind, naming ``whose``."""
    kinds = f"the {whose} URL must begin with `sqlite:///` and name a file, or with `postgresql://`"
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # a port that is no number: the message would quote it, be it a password
        raise ValueError(kinds) from None
    kind = parsed.get_backend_name()
    if kind == "postgresql" or (kind == "sqlite" and parsed.database not in (None, "", ":memory:")):
        return parsed
    raise ValueError(kinds)
