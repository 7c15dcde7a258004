# root: fault:import
# says: asyncio
import asyncio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    try:
        return await asyncio.wait_for(fn(), seconds)
    except asyncio.TimeoutError:
        raise Elapsed(seconds)
