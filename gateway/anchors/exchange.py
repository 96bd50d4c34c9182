"""One POST to an anchor: in time, of bounded size, without following anybody elsewhere."""

import asyncio
from collections.abc import Mapping

import aiohttp

from gateway.anchors.anchor import Undelivered


async def post(url: str, body: bytes, headers: Mapping[str, str], timeout_seconds: float, maximum_bytes: int) -> bytes:
    """Return the body of the 2xx answer, of at most ``maximum_bytes``; raises `Undelivered` with a reason.

    A redirect is not followed: checkpoints go where the configuration says. The time is that of the whole exchange, so
    that an answer that trickles in holds nothing up.
    """
    try:
        async with (
            asyncio.timeout(timeout_seconds),
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            if not 200 <= response.status < 300:
                raise Undelivered(f"status {response.status}")
            return await _read(response, maximum_bytes)
    except TimeoutError:
        raise Undelivered("no answer in time") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:  # their messages may quote the address
        raise Undelivered(type(error).__name__) from None


async def _read(response: aiohttp.ClientResponse, maximum_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(16_384):
        body += chunk
        if len(body) > maximum_bytes:
            raise Undelivered("the answer is too large")
    return bytes(body)
