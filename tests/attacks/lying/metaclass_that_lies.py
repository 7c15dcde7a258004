# expect: fails
# policy: please-look
"""A class whose metaclass equals everything and calls itself 1."""


class Meta(type):
    __name__ = property(lambda cls: 1)
    __eq__ = lambda cls, other: True
    __hash__ = lambda cls: hash(int)


class Thing(metaclass=Meta):
    pass


async def answer():
    return Thing()
