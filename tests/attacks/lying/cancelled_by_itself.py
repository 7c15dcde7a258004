# expect: crashed or raised
# policy: nothing
"""Says that it was cancelled, although nobody has cancelled anything."""

import anyio


async def answer():
    raise anyio.get_cancelled_exc_class()()
