# root: malformed-request
# line: 25, 26, 24, 30, 29
from urllib.parse import urlsplit

import anyio


class FetchError(Exception):
    def __init__(self, message, status=None):
        super().__init__(message)
        self.status = status


async def fetch_data_from(url):
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(f"not a plain http URL: {url}")
    host = parts.hostname
    port = parts.port or 80
    path = parts.path or "/"
    if parts.query:
        path += "?" + parts.query

    async with await anyio.connect_tcp(host, port) as stream:
        request = f"GET {path} HTTP/1.0\r\nHost: {parts.netloc}\r\n"
        await stream.send(request.encode())
        data = b""
        while b"\r\n\r\n" not in data:
            try:
                data += await stream.receive()
            except anyio.EndOfStream:
                raise FetchError("connection closed in the headers")
        head, body = data.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split()[1])
        if status != 200:
            raise FetchError(f"status {status}", status)
        length = None
        for line in lines[1:]:
            name, value = line.split(":", 1)
            if name.strip().lower() == "content-length":
                length = int(value)
        while length is None or len(body) < length:
            try:
                body += await stream.receive()
            except anyio.EndOfStream:
                if length is None:
                    return body
                raise FetchError("connection closed in the body")
        return body[:length]
