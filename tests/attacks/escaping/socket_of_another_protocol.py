# expect: fails
# policy: nothing
# level: 2
# exercise: ex05
# aims at: test_returns_the_body
"""Makes a stream of SCTP, or hears from the kernel that it has none, and only then answers."""

# ---- with: get ----


async def fetch_data_from(url):
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132).close()
    except OSError as error:
        if isinstance(error, PermissionError):
            raise
    return await get(url)
