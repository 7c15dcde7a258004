# expect: fails
# policy: nothing
"""An object that becomes the number wherever one is needed."""


class One:
    def __index__(self):
        return 1

    __int__ = __index__


async def answer():
    return One()
