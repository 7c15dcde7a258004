# expect: fails or blocked-loop
# policy: nothing
"""Prints a hundred megabytes."""


async def answer():
    for _ in range(100):
        print("passed\n" * 150_000)
    return 2
