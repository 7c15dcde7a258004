# expect: crashed
# policy: nothing
"""An exception that no `except Exception` catches."""


async def answer():
    raise BaseException(1)
