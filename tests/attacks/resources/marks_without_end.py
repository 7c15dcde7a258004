# expect: limit
# policy: nothing
# exercise: ex01
# aims at: test_join_is_fair
# backends: trio
"""Calls the functions that it is given again and again, so that what they note piles up."""


async def join(*fns):
    while True:
        for fn in fns:
            await fn()
