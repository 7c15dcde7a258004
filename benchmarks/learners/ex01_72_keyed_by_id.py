# root: overwritten-result
# also: completion-order
import anyio


async def join(*fns):
    answers = dict()

    async def ask(key, fn):
        answers[key] = await fn()

    async with anyio.create_task_group() as tasks:
        for fn in fns:
            tasks.start_soon(ask, id(fn), fn)
    return list(answers.values())
