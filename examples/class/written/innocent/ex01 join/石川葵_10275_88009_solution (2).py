"""結果は引数の順に返す。"""

import anyio


async def join(*fns):
    結果 = {}

    async def 実行(番号, fn):
        結果[番号] = await fn()

    async with anyio.create_task_group() as tg:
        for 番号, fn in enumerate(fns):
            tg.start_soon(実行, 番号, fn)
    return [結果[番号] for 番号 in range(len(fns))]
