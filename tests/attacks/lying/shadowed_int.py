# expect: fails
# policy: please-look
"""A class that is called int."""


class int(int):
    def __eq__(self, other):
        return True

    __hash__ = None


async def answer():
    return int(5)
