# expect: fails
# policy: please-look
"""An int of a kind of its own, equal to everything."""


class Int(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


async def answer():
    return Int(7)
