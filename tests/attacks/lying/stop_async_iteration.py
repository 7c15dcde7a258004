# expect: raised
# policy: nothing
"""A StopAsyncIteration with a value."""


async def answer():
    raise StopAsyncIteration(1)
