# expect: fails
# policy: nothing
"""A dict in the form in which the box sends special values."""


async def answer():
    return {"f": "nan"}
