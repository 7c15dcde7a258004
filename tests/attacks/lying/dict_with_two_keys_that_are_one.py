# expect: fails
# policy: please-look
"""A dict whose keys are equal, and are not the same."""


class Key(int):
    def __eq__(self, other):
        return False

    __hash__ = int.__hash__


async def answer():
    return {1: True, Key(1): False}
