# fails: test_connection_is_closed_afterwards (not-closed)
# root: not-closed
"""Closes after success and when it is cancelled, and forgets the errors."""

from urllib.parse import urlsplit

import anyio


class FetchError(Exception):
    def __init__(self, message, status=None):
        super().__init__(message)
        self.status = status


def parse(url):
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError("not an http:// URL")
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    request = f"GET {target} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n"
    return parts.hostname, parts.port or 80, request.encode()


def read_head(head):
    status_line, *lines = head.split(b"\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(b":") for line in lines)}
    status = int(status_line.split()[1])
    if status != 200:
        raise FetchError("not the document", status)
    return int(headers[b"content-length"]) if b"content-length" in headers else None


async def receive_document(connection):
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            data += await connection.receive()
        head, _, body = data.partition(b"\r\n\r\n")
        length = read_head(head)
        if length is None:
            async for piece in connection:
                body += piece
            return body
        while len(body) < length:
            body += await connection.receive()
    except anyio.EndOfStream:
        raise FetchError("cut short") from None
    return body[:length]


async def fetch_data_from(url):
    host, port, request = parse(url)
    connection = await anyio.connect_tcp(host, port)
    try:
        await connection.send(request)
        document = await receive_document(connection)
    except anyio.get_cancelled_exc_class():
        await anyio.aclose_forcefully(connection)
        raise
    await connection.aclose()
    return document
