# expect: fails
# policy: nothing
"""A list that contains itself."""


async def answer():
    endless = []
    endless.append(endless)
    return endless
