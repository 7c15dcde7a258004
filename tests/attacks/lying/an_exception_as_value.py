# expect: fails
# policy: please-look
"""An exception that is returned and equals everything."""


class Error(ValueError):
    def __eq__(self, other):
        return True

    __hash__ = None


async def answer():
    return Error()
