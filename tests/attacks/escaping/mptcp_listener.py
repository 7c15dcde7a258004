# expect: fails
# policy: nothing
# level: 2
# exercise: ex05
# aims at: test_returns_the_body
"""Waits for others to connect by MPTCP, and only then answers."""

# ---- with: get ----


async def fetch_data_from(url):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as one:
        one.listen()
    return await get(url)
