# root: deadlock
# says: close
# line: 17
import anyio

async def join(*fns):
    send, receive = anyio.create_memory_object_stream(100)
    results = [None] * len(fns)

    async def run(i, fn):
        value = await fn()
        await send.send((i, value))

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
        async for i, value in receive:
            results[i] = value
    return results
