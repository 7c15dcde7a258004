# expect: raised
# policy: nothing
"""An exception whose text, name and representation raise."""


class Error(Exception):
    def __str__(self):
        raise ValueError("no text")

    __repr__ = __str__


async def answer():
    raise Error
