# expect: raised
# policy: nothing
"""An exception whose arguments are nested as deep as they can be, so that its message is expensive to make."""


async def answer():
    deep = ()
    for _ in range(100_000):
        deep = (deep, deep)
    raise ValueError(deep)
