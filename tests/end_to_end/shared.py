"""What stands on the server that replicas share."""

from redis.asyncio import Redis


async def stored(url: str) -> dict[str, bytes]:
    """Return every key of the shared server with all that it holds."""
    redis = Redis.from_url(url)
    held: dict[str, bytes] = {}
    async for name in redis.scan_iter():
        kind = await redis.type(name)
        members = [each for each in await redis.smembers(name) if isinstance(each, bytes)] if kind == b"set" else []
        held[name.decode()] = b" ".join([await redis.dump(name) or b"", *members])
    await redis.aclose()
    return held
