# root: deadlock
# says: buffer
# line: 11
import anyio

async def join(*fns):
    send, receive = anyio.create_memory_object_stream()
    results = [None] * len(fns)

    async def run(i, fn):
        await send.send((i, await fn()))

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    for _ in fns:
        i, value = await receive.receive()
        results[i] = value
    return results
