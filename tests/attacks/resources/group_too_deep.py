# expect: raised or crashed or limit
# policy: nothing
"""Groups of errors inside of each other."""


async def answer():
    error = ValueError()
    for _ in range(10**5):
        error = ExceptionGroup("", [error])
    raise error
