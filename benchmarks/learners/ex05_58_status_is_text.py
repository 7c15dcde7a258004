# root: raised
# says: int
# line: 35
from urllib.parse import urlsplit

import anyio


class FetchError(Exception):
    def __init__(self, message, status=None):
        super().__init__(message)
        self.status = status


async def fetch_data_from(url):
    u = urlsplit(url)
    if u.scheme != "http" or not u.hostname:
        raise ValueError(url)
    target = u.path or "/"
    if u.query:
        target = target + "?" + u.query
    stream = await anyio.connect_tcp(u.hostname, u.port or 80)
    async with stream:
        request = "GET " + target + " HTTP/1.0\r\nHost: " + u.netloc + "\r\n\r\n"
        await stream.send(request.encode())
        data = b""
        while b"\r\n\r\n" not in data:
            try:
                data += await stream.receive()
            except anyio.EndOfStream:
                raise FetchError("no headers")
        head, body = data.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        status = lines[0].split()[1]
        if status != 200:
            raise FetchError("bad status", status)
        length = None
        for line in lines[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "content-length":
                length = int(value)
        if length is None:
            async for piece in stream:
                body += piece
            return body
        while len(body) < length:
            try:
                body += await stream.receive()
            except anyio.EndOfStream:
                raise FetchError("body too short")
        return body[:length]
