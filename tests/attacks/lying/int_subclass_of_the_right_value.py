# expect: fails
# policy: nothing
"""The right number, in a class that could answer any comparison as it likes."""


class Int(int):
    pass


async def answer():
    return Int(1)
