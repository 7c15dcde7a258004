# root: no-value-yet
# says: answer
# line: 28
import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    async def operation():
        values.append(await fn())
        tg.cancel_scope.cancel()

    async def timer():
        await anyio.sleep(max(0, seconds))
        tg.cancel_scope.cancel()

    values = []
    async with anyio.create_task_group() as tg:
        tg.start_soon(operation)
        tg.start_soon(timer)
    if values:
        answer = values[0]
    if answer is None and not values:
        raise Elapsed(seconds)
    return answer
