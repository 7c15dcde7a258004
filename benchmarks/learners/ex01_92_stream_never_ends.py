# root: deadlock
# line: 16
import anyio


async def join(*fns):
    send, receive = anyio.create_memory_object_stream(100)
    results = {}

    async def run(i, fn):
        await send.send((i, await fn()))

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
        async for i, value in receive:
            results[i] = value
    return [results[i] for i in range(len(fns))]
