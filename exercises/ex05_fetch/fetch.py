"""ex05 - fetch_data_from: a download that does not block."""

from __future__ import annotations


class FetchError(Exception):
    """The server answered, but not with the whole document.

    `status` is the HTTP status if it was not 200, else None (response cut short).
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


async def fetch_data_from(url: str) -> bytes:
    """GET `url` and return the body of the response, without ever blocking the event loop.

    The URL

    1. Only plain URLs are fetched: http://host[:port][/path][?query].  For anything else
       ValueError is raised before a connection is made: another scheme, no host, a user
       name, a #fragment, or a port that is no number up to 65535.
    2. The connection goes to the host and the port of the URL, to port 80 if it names none.

    The request

    3. Each call sends one well-formed request: the line "GET /path?query HTTP/1.0" (or
       1.1), a Host header, "Connection: close" with 1.1, and the empty line.  The path is
       "/" if the URL has none, and the query stands behind it as in the URL.
    4. The Host header is what stands in the URL between "//" and the path: the port is in
       it if it is in the URL, and only then.

    The response (servers that send it in chunks are left out)

    5. It arrives in pieces of any size, cut at any place.
    6. Its head ends at the first empty line; the names in it may be written in any case.
       The body is all that comes behind the empty line, bytes as they are.
    7. With a Content-Length the body is exactly that many bytes, which may be 0.  Reading
       stops there, even if the server sends more or keeps the connection open.
    8. Without a Content-Length the body ends where the connection does.

    Errors, none of which is wrapped in another one

    9. A status other than 200 is a FetchError with that .status.
    10. A connection that is closed before the head, or the promised body, is complete is a
        FetchError with .status None.
    11. An error of the operating system (OSError), such as a refused connection, passes.

    The end

    12. When the call is over, with a result or with an error, the connection is closed.
    13. The call can be cancelled at any time.  It then ends at once, and the connection is
        closed.
    14. Other tasks go on while it waits, and any number of downloads are under way at once,
        without a thread for each.
    """
    raise NotImplementedError("your turn")
