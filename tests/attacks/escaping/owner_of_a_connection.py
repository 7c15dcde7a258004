# expect: fails
# policy: import
# level: 2
# exercise: ex05
# aims at: test_returns_the_body
"""Has the kernel signal its parent about a connection, and only then answers."""

import fcntl
import os
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import anyio


class FetchError(Exception):
    def __init__(self, message, status=None):
        self.status = status


async def fetch_data_from(url):
    host, port = urlsplit(url).hostname, urlsplit(url).port
    with socket.socket() as one:
        fcntl.fcntl(one, fcntl.F_SETOWN, os.getppid())
    async with await anyio.connect_tcp(host, port) as stream:
        await stream.send(f"GET / HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode())
        data = b""
        with suppress(anyio.EndOfStream):
            while True:
                data += await stream.receive()
    return data.partition(b"\r\n\r\n")[2]
