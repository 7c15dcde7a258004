# expect: fails
# policy: nothing
"""A text that looks like the number."""


async def answer():
    return "1"
