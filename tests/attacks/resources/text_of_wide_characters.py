# expect: raised
# policy: nothing
"""A text of four bytes a character."""


async def answer():
    return "\U0001f600" * 10**9
