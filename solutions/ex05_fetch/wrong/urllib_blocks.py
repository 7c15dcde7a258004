# fails: test_ui_keeps_ticking_while_we_wait, test_fifty_downloads_in_flight (blocked-loop)
# off-limits: exempt
# root: blocked-loop
"""An ordinary blocking download with `async` in front."""

from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen


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


async def fetch_data_from(url):
    parse(url)
    try:
        with urlopen(url) as response:
            return response.read()
    except HTTPError as error:
        raise FetchError("not the document", error.code) from None
    except HTTPException:
        raise FetchError("cut short") from None
