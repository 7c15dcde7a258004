# expect: fails
# policy: nothing
# level: 2
# exercise: ex05
# aims at: test_returns_the_body
"""Has the kernel connect when the first bytes are written."""

import socket
from urllib.parse import urlsplit

import anyio


class FetchError(Exception):
    def __init__(self, message, status=None):
        self.status = status


async def fetch_data_from(url):
    host, port = urlsplit(url).hostname, urlsplit(url).port
    request = f"GET / HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode()
    with socket.socket() as one:
        one.setsockopt(socket.IPPROTO_TCP, 30, 1)
        one.connect((host, port))
        one.send(request)
        one.setblocking(False)
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
