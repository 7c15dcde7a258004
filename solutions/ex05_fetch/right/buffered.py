"""ex05 - fetch_data_from with anyio's buffered stream, which knows both ways to read: up to a mark, and so many."""

from __future__ import annotations

from urllib.parse import urlsplit

import anyio
from anyio.streams.buffered import BufferedByteReceiveStream

HEAD_LIMIT = 65536


class FetchError(Exception):
    """The server answered, but not with the whole document.

    `status` is the HTTP status if it was not 200, else None (response cut short).
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


async def fetch_data_from(url: str) -> bytes:
    """GET `url` and return the body, without ever blocking the event loop."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError(f"not an http:// URL: {url!r}")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    async with await anyio.connect_tcp(parts.hostname, parts.port or 80) as connection:
        # In HTTP/1.0 the server hangs up by default; there is no Connection header to think of.
        await connection.send(f"GET {target} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
        stream = BufferedByteReceiveStream(connection)
        try:
            # A limit, because a server that never sends the empty line would otherwise fill the memory.
            head = await stream.receive_until(b"\r\n\r\n", HEAD_LIMIT)
            return await receive_body(stream, head)
        except (anyio.IncompleteRead, anyio.DelimiterNotFound) as error:
            raise FetchError("the response is cut short") from error


async def receive_body(stream: BufferedByteReceiveStream, head: bytes) -> bytes:
    """Receive the body that the head announces."""
    status_line, *lines = head.split(b"\r\n")
    status = int(status_line.split()[1])
    if status != 200:
        raise FetchError(f"the server answered {status}", status)

    for line in lines:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return await stream.receive_exactly(int(value))
    # No length. What the stream has buffered comes out of it first, so it is the one to iterate over.
    return b"".join([piece async for piece in stream])
