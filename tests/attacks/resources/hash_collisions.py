# expect: limit or blocked-loop
# policy: nothing
# backends: trio
"""Fills a dict with keys that all have one hash."""


class Key:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        return self is other


async def answer():
    return len({Key(): None for _ in range(10**5)})
