# expect: fails
# policy: please-look
"""An object that says that its class is int."""


class Lie:
    __class__ = int

    def __eq__(self, other):
        return True

    __hash__ = None


async def answer():
    return Lie()
