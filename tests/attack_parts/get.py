import socket
from contextlib import suppress
from urllib.parse import urlsplit

import anyio


class FetchError(Exception):
    def __init__(self, message, status=None):
        self.status = status


def address(url):
    return urlsplit(url).hostname, urlsplit(url).port


def request(url):
    host, port = address(url)
    return f"GET / HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode()


async def body_of(connection):
    """The body that comes in by a socket, which does not block."""
    data = b""
    while True:
        await anyio.wait_readable(connection)
        try:
            piece = connection.recv(4096)
        except BlockingIOError:
            continue
        if not piece:
            return data.partition(b"\r\n\r\n")[2]
        data += piece


async def get(url):
    """The body, by a connection as any answer makes it."""
    data = b""
    async with await anyio.connect_tcp(*address(url)) as stream:
        await stream.send(request(url))
        with suppress(anyio.EndOfStream):
            while True:
                data += await stream.receive()
    return data.partition(b"\r\n\r\n")[2]
