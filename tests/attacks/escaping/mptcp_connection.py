# expect: fails
# policy: nothing
# level: 2
# exercise: ex05
# aims at: test_returns_the_body
"""Downloads by MPTCP, whose connections Landlock does not see."""

# ---- with: get ----


async def fetch_data_from(url):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as one:
        one.setblocking(False)
        with suppress(BlockingIOError):
            one.connect(address(url))
        await anyio.wait_writable(one)
        one.send(request(url))
        return await body_of(one)
