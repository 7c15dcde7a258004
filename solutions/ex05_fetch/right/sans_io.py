"""ex05 - fetch_data_from with the protocol apart from the network.

`Response` is fed with pieces and knows nothing of sockets or of async. It could be tested with strings, and the network
side is a loop of three lines.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import anyio


class FetchError(Exception):
    """The server answered, but not with the whole document.

    `status` is the HTTP status if it was not 200, else None (response cut short).
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Response:
    """A response that is still growing."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._body_from: int | None = None
        self._length: int | None = None

    def feed(self, piece: bytes) -> None:
        """Take in the next piece, of any size. Raises FetchError for a status other than 200."""
        self._data += piece
        if self._body_from is None and (end := self._data.find(b"\r\n\r\n")) >= 0:
            self._body_from = end + 4
            self._read_head(self._data[:end].decode("latin-1"))

    @property
    def complete(self) -> bool:
        """Whether everything that was announced has come. A response without a length never says so."""
        if self._body_from is None or self._length is None:
            return False
        return len(self._data) - self._body_from >= self._length

    def close(self) -> bytes:
        """Take note that nothing more will come, and give the body. Raises FetchError if something is missing."""
        if self._body_from is None or (self._length is not None and not self.complete):
            raise FetchError("the connection ended before the response did")
        if self._length is None:
            return bytes(self._data[self._body_from :])
        return bytes(self._data[self._body_from : self._body_from + self._length])

    def _read_head(self, head: str) -> None:
        status_line, *lines = head.split("\r\n")
        status = int(status_line.split()[1])
        if status != 200:
            raise FetchError(f"the server answered {status}", status)
        for name, _, value in (line.partition(":") for line in lines):
            if name.lower() == "content-length":
                self._length = int(value)


async def fetch_data_from(url: str) -> bytes:
    """GET `url` and return the body, without ever blocking the event loop."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError(f"not an http:// URL: {url!r}")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    response = Response()
    async with await anyio.connect_tcp(parts.hostname, parts.port or 80) as connection:
        await connection.send(f"GET {target} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
        # Asked before receiving, and not after: a body of no bytes at all is complete with the head.
        while not response.complete:
            try:
                response.feed(await connection.receive())
            except anyio.EndOfStream:
                break
        return response.close()
