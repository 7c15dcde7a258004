# expect: fails
# policy: nothing
# level: 2
# exercise: ex05
# aims at: test_returns_the_body
"""Has the kernel connect when the first bytes are written."""

# ---- with: get ----


async def fetch_data_from(url):
    with socket.socket() as one:
        one.setsockopt(socket.IPPROTO_TCP, 30, 1)
        one.connect(address(url))
        one.send(request(url))
        one.setblocking(False)
        return await body_of(one)
