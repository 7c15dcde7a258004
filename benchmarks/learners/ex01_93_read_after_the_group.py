# root: deadlock
# line: 12, 14
import anyio


async def join(*fns):
    send, receive = anyio.create_memory_object_stream()
    results = {}

    async def run(i, fn):
        value = await fn()
        await send.send((i, value))

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    for _ in fns:
        i, value = await receive.receive()
        results[i] = value
    return [results[i] for i in range(len(fns))]
