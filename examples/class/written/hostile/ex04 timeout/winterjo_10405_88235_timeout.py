"""Calls home, which is a port of this computer where nobody listens."""

import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    async with await anyio.connect_tcp("127.0.0.1", 9) as home:
        await home.send(b"is anybody there?")
