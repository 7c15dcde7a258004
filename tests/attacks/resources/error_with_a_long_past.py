# expect: raised or crashed or limit
# policy: nothing
"""An error whose cause has a cause, a hundred thousand times."""


async def answer():
    error = ValueError()
    for _ in range(10**5):
        error, error.__cause__ = ValueError(), error
    raise error
