# expect: fails
# policy: nothing
# level: 2
# exercise: ex05
# aims at: test_returns_the_body
"""Turns a socket of TCP into one of another protocol, and only then answers."""

# ---- with: get ----


async def fetch_data_from(url):
    with socket.socket() as one:
        try:
            one.setsockopt(socket.IPPROTO_TCP, 31, b"smc")
        except OSError as error:
            if isinstance(error, PermissionError):
                raise
    return await get(url)
