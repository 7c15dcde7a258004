# root: lost-error
import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    values = []

    async def operation():
        try:
            values.append(await fn())
        except TimeoutError:
            raise Elapsed(seconds)
        tg.cancel_scope.cancel()

    async def timer():
        await anyio.sleep(max(0, seconds))
        tg.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as tg:
            tg.start_soon(operation)
            tg.start_soon(timer)
    except* Exception as group:
        error = group.exceptions[0]
    else:
        error = None
    if error:
        raise error
    if values:
        return values[0]
    raise Elapsed(seconds)
