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
    """GET `url` and return the body, without ever blocking the event loop.

    * Only plain http://host[:port][/path][?query]; anything else raises ValueError before
      a connection is made.  Port 80 and path "/" are the defaults; the query is sent too.
    * Send one well-formed HTTP/1.0 or HTTP/1.1 request: "GET <path?query> HTTP/1.x", a
      "Host: host[:port]" header exactly as in the URL, "Connection: close" for 1.1, and the
      empty line.  (The servers we talk to never use chunked encoding.)
    * The response arrives in pieces of arbitrary size, cut at arbitrary places.  Headers
      end at the first empty line, header names are case-insensitive.  With Content-Length
      the body is exactly that many bytes and you stop reading there, even if the server
      keeps the connection open; without it the body ends when the connection does.
      Bytes are bytes: no decoding of the body.
    * Status other than 200: FetchError with that .status.  Connection closed before the
      headers or the promised body are complete: FetchError with .status None.  Connection
      errors of the operating system (OSError) pass through.  All errors are bare.
    * The connection is closed when the call is over: after success, after any error, and
      when the call is cancelled while waiting (which it must be possible to do at any time).
    * No threads: a hundred downloads at once must not need a hundred threads.
    """
    raise NotImplementedError("your turn")
