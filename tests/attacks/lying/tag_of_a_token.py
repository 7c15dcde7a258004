# expect: fails
# policy: nothing
"""A dict in the form in which the box sends tokens."""


async def answer():
    return {"k": "answer"}
