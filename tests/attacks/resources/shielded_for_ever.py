# expect: deadlock or limit
# policy: nothing
"""Hides from cancellation behind a shield."""

import anyio


async def answer():
    with anyio.CancelScope(shield=True):
        await anyio.sleep_forever()
