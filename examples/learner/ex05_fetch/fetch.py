"""ex05 - fetch_data_from: a download that does not block."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit


class FetchError(Exception):
    """The server answered, but not with the whole document."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


async def fetch_data_from(url: str) -> bytes:
    """GET `url` and return the body."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(f"not a http:// URL: {url}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    with socket.create_connection((parts.hostname, parts.port or 80)) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece

    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    if status != 200:
        raise FetchError(f"the server said {status}", status)
    return body
