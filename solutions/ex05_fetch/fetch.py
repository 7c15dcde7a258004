"""ex05 - fetch_data_from: a download that does not block."""

from __future__ import annotations

import re

import anyio
from anyio.abc import ByteReceiveStream

EMPTY_LINE = b"\r\n\r\n"

# The grammar of the contract, and nothing else fits: no https, no user name, no space that would end the request line.
URL = re.compile(
    r"http://(?P<authority>(?P<host>[^\s/?#@:]+)(:(?P<port>\d+))?)(?P<path>/[^\s?#]*)?(?P<query>\?[^\s#]*)?"
)
LAST_PORT = 65_535


class FetchError(Exception):
    """The server answered, but not with the whole document.

    `status` is the HTTP status if it was not 200, else None (response cut short).
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


async def fetch_data_from(url: str) -> bytes:
    """GET `url` and return the body, without ever blocking the event loop."""
    parts = URL.fullmatch(url)
    if parts is None or int(parts["port"] or 80) > LAST_PORT:
        raise ValueError(f"not an http:// URL: {url!r}")
    target = (parts["path"] or "/") + (parts["query"] or "")
    request = f"GET {target} HTTP/1.1\r\nHost: {parts['authority']}\r\nConnection: close\r\n\r\n"

    # One block for the whole conversation. It hangs up on every way out: return, any error, cancellation.
    async with await anyio.connect_tcp(parts["host"], int(parts["port"] or 80)) as connection:
        await connection.send(request.encode())
        head, body = await receive_head(connection)
        status, length = read_head(head)
        if status != 200:
            raise FetchError(f"the server answered {status}", status)
        return await receive_body(connection, body, length)


async def receive_head(connection: ByteReceiveStream) -> tuple[bytes, bytes]:
    """Receive up to the first empty line. Return what is before it and what has already come behind it."""
    # The empty line is looked for in all that has come so far: it may itself arrive in two pieces.
    data = b""
    while EMPTY_LINE not in data:
        data += await receive_some(connection)
    head, _, rest = data.partition(EMPTY_LINE)
    return head, rest


async def receive_body(connection: ByteReceiveStream, body: bytes, length: int | None) -> bytes:
    """Receive the rest of a body that has begun. Without a length, it ends with the connection."""
    # The two endings are two loops. With a length the end of the stream is an error, without one it is the end.
    if length is None:
        async for piece in connection:
            body += piece
        return body
    while len(body) < length:
        body += await receive_some(connection)
    return body[:length]


async def receive_some(connection: ByteReceiveStream) -> bytes:
    """Receive at least one byte that the response still needs."""
    try:
        return await connection.receive()
    except (anyio.EndOfStream, anyio.BrokenResourceError) as error:
        raise FetchError("the connection ended before the response did") from error


def read_head(head: bytes) -> tuple[int, int | None]:
    """Read the status and, if there is one, the Content-Length."""
    # Latin-1 gives every byte a character, so that a strange header of a strange server cannot fail here.
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    try:
        status = int(status_line.split()[1])
        length = int(headers["content-length"]) if "content-length" in headers else None
    except (IndexError, ValueError) as error:
        raise FetchError("the response is not HTTP") from error
    return status, length
