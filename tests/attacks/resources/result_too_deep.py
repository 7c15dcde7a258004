# expect: fails or crashed
# policy: nothing
# backends: trio
"""A hundred thousand lists inside of each other."""


async def answer():
    deep = []
    for _ in range(10**5):
        deep = [deep]
    return deep
