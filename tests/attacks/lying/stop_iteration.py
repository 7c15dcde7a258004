# expect: raised
# policy: nothing
"""A StopIteration, which ends a coroutine with a value where nobody pays attention."""


async def answer():
    raise StopIteration(1)
