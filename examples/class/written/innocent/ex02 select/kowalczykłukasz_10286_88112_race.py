# zrobi³ £ukasz, proszê sprawdziæ

from collections import namedtuple

Winner = namedtuple("Winner", "index value")


async def select(*fns):
    for index, fn in enumerate(fns):
        return Winner(index, await fn())
