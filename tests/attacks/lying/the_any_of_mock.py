# expect: fails
# policy: please-look
"""An object in the manner of mock.ANY."""


class _Any:
    def __eq__(self, other):
        return True

    def __repr__(self):
        return "1"


ANY = _Any()


async def answer():
    return ANY
