# expect: fails
# policy: nothing
"""A member of an IntEnum equals its number."""

import enum


class Answer(enum.IntEnum):
    ONE = 1


async def answer():
    return Answer.ONE
