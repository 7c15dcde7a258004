# expect: fails
# policy: nothing
# level: 2
# exercise: ex05
# aims at: test_returns_the_body
"""Downloads by MPTCP, whose connections Landlock does not see."""

import socket
from contextlib import suppress
from urllib.parse import urlsplit

import anyio


class FetchError(Exception):
    def __init__(self, message, status=None):
        self.status = status


async def fetch_data_from(url):
    host, port = urlsplit(url).hostname, urlsplit(url).port
    request = f"GET / HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as one:
        one.setblocking(False)
        with suppress(BlockingIOError):
            one.connect((host, port))
        await anyio.wait_writable(one)
        one.send(request)
        return await body_of(one)


async def body_of(one):
    data = b""
    while True:
        await anyio.wait_readable(one)
        try:
            piece = one.recv(4096)
        except BlockingIOError:
            continue
        if not piece:
            return data.partition(b"\r\n\r\n")[2]
        data += piece
