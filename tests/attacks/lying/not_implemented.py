# expect: fails
# policy: nothing
"""What a comparison returns that does not know."""


async def answer():
    return NotImplemented
