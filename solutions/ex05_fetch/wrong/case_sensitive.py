# fails: test_header_names_in_any_case (partial-data)
# root: partial-data
"""Knows one spelling of Content-Length."""

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
    headers = {name: value for name, _, value in (line.partition(b":") for line in lines)}
    status = int(status_line.split()[1])
    if status != 200:
        raise FetchError("not the document", status)
    return int(headers[b"Content-Length"]) if b"Content-Length" in headers else None


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
    async with await anyio.connect_tcp(host, port) as connection:
        await connection.send(request)
        return await receive_document(connection)
