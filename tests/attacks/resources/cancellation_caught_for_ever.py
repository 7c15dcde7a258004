# expect: deadlock or limit
# policy: nothing
# backends: trio
"""Catches every cancellation and waits again."""

import anyio


async def answer():
    while True:
        try:
            await anyio.sleep_forever()
        except BaseException:
            continue
