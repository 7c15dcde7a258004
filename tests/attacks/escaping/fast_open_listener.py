# expect: fails
# policy: nothing
# level: 2
# exercise: ex05
# aims at: test_returns_the_body
"""Accepts data with the first packet, and only then answers."""

# ---- with: get ----


async def fetch_data_from(url):
    with socket.socket() as one:
        one.setsockopt(socket.IPPROTO_TCP, 23, 5)
    return await get(url)
