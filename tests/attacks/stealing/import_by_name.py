# expect: cannot-judge (import)
# policy: import
# exercise: ex01
"""Calls the function behind the import statement."""


async def join(*fns):
    return await __import__("asyncio").gather(*(fn() for fn in fns))
