# fails: test_fifty_downloads_in_flight (thread-per-download), test_cancelling_hangs_up (not-closed)
# off-limits: exempt
# root: thread-per-download
"""As many threads as anybody wants, left to themselves when the download is cancelled."""

from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import anyio.to_thread


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


def download(url):
    host, port, _ = parse(url)
    parts = urlsplit(url)
    connection = HTTPConnection(host, port)
    try:
        connection.request(
            "GET", (parts.path or "/") + ("?" + parts.query if parts.query else ""), headers={"Connection": "close"}
        )
        response = connection.getresponse()
        if response.status != 200:
            raise FetchError("not the document", response.status)
        return response.read()
    except HTTPException:
        raise FetchError("cut short") from None
    finally:
        connection.close()


async def fetch_data_from(url):
    limiter = anyio.CapacityLimiter(1)
    return await anyio.to_thread.run_sync(download, url, abandon_on_cancel=True, limiter=limiter)
