"""ex05 - fetch_data_from on a bare socket: try, and if it is not ready, wait until it is.

This is what every async library does underneath. Nothing here blocks, because a non-blocking socket answers at once:
with data, or with BlockingIOError.
"""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

import anyio


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
    request = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"

    address = await look_up(parts.hostname, parts.port or 80)
    # A socket is an ordinary context manager: closing it waits for nothing.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        await connect(sock, address)
        await send_all(sock, request.encode())
        return await receive_document(sock)


async def look_up(host: str, port: int) -> tuple[str, int]:
    """Find the IPv4 address of a host."""
    # connect() would look up a name by itself, and block while it does. An address needs no look-up.
    try:
        socket.inet_aton(host)
    except OSError:
        found = await anyio.getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_STREAM)
        host = found[0][4][0]
    return host, port


async def connect(sock: socket.socket, address: tuple[str, int]) -> None:
    """Connect a non-blocking socket."""
    try:
        sock.connect(address)
    except BlockingIOError:
        # Under way. Being writable is how a socket says that connecting is over; how it went has to be asked for.
        await anyio.wait_writable(sock)
        if error := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(error, "the connection could not be made") from None


async def send_all(sock: socket.socket, data: bytes) -> None:
    """Send everything. One send() may take a part of it only."""
    while data:
        try:
            data = data[sock.send(data) :]
        except BlockingIOError:
            await anyio.wait_writable(sock)


async def receive_some(sock: socket.socket) -> bytes:
    """Receive what is there, or wait until something is. No bytes mean that the other side is done."""
    while True:
        # Waiting first makes this a checkpoint in any case: a server that sends without end cannot starve the others.
        await anyio.wait_readable(sock)
        try:
            return sock.recv(65536)
        except BlockingIOError:
            continue


async def receive_document(sock: socket.socket) -> bytes:
    """Receive a response and return its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += await receive_more(sock)
    head, _, body = data.partition(b"\r\n\r\n")

    match = re.match(rb"HTTP/1\.\d (\d{3})", head)
    if match is None:
        raise FetchError("the response is not HTTP")
    if (status := int(match[1])) != 200:
        raise FetchError(f"the server answered {status}", status)

    length = re.search(rb"^content-length:\s*(\d+)", head, re.IGNORECASE | re.MULTILINE)
    if length is None:
        while piece := await receive_some(sock):
            body += piece
        return body
    while len(body) < int(length[1]):
        body += await receive_more(sock)
    return body[: int(length[1])]


async def receive_more(sock: socket.socket) -> bytes:
    """Receive bytes that the response still needs."""
    if piece := await receive_some(sock):
        return piece
    raise FetchError("the connection ended before the response did")
