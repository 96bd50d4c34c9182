"""The columns of one table by name and comment, for whoever writes a source file; no row is read."""

from sqlalchemy import Connection, inspect, make_url
from sqlalchemy.exc import ArgumentError, NoSuchTableError

from connectors.errors import SourceMisread, SourceRejected
from connectors.sql.failures import Asked, driver_error, failure_of
from connectors.sql.kinds import KINDS

LOOK_SECONDS = 10.0


async def columns_of(url: str, table: str, schema: str | None = None) -> list[tuple[str, str]]:
    """Return name and comment (blank for none) of every column of ``table``, in its order; raises `SourceError`.

    No message quotes ``url``, which holds a password.
    """
    try:
        parsed = make_url(url)
        engine = KINDS[parsed.drivername](parsed, LOOK_SECONDS).engine()
    except (KeyError, ArgumentError):
        raise SourceRejected(f"not a URL of a database; known: {', '.join(f'{kind}://' for kind in KINDS)}") from None
    except ModuleNotFoundError:
        raise SourceRejected("the driver of this kind of database is not installed") from None

    def look(connection: Connection) -> list[tuple[str, str]]:
        return [(each["name"], each.get("comment") or "") for each in inspect(connection).get_columns(table, schema)]

    try:
        async with engine.connect() as connection:
            return await connection.run_sync(look)
    except NoSuchTableError:
        raise SourceMisread(f"table `{table}` is missing at the source") from None
    except Exception as error:  # noqa: BLE001  (a driver may raise anything, and quote the password)
        raise failure_of(driver_error(error), Asked(table, ())) from None
    finally:
        await engine.dispose()
