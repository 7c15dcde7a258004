# root: blocked-loop
# not: (?i)worker thread
import socket
from urllib.parse import urlsplit

import anyio


class FetchError(Exception):
    def __init__(self, message, status=None):
        super().__init__(message)
        self.status = status


async def fetch_data_from(url):
    p = urlsplit(url)
    s = socket.create_connection((p.hostname, p.port or 80))
    s.sendall(f"GET {p.path or '/'} HTTP/1.0\r\nHost: {p.netloc}\r\n\r\n".encode())
    data = b""
    while True:
        d = s.recv(4096)
        if not d:
            break
        data += d
    return data.split(b"\r\n\r\n", 1)[1]
