# expect: limit
# policy: nothing
# exercise: ex01
# aims at: test_join_is_fair
# backends: trio
"""Begins the functions that it is given again and again, within one step of its task, so that what they note piles up."""


async def join(*fns):
    while True:
        for fn in fns:
            begun = fn()
            begun.send(None)
            begun.close()
