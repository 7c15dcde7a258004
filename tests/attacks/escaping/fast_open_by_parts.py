# expect: fails
# policy: nothing
# level: 2
# exercise: ex05
# aims at: test_returns_the_body
"""Connects and sends in the other call for it."""

# ---- with: get ----


async def fetch_data_from(url):
    with socket.socket() as one:
        one.sendmsg([request(url)], [], 0x20000000, address(url))
        one.setblocking(False)
        return await body_of(one)
