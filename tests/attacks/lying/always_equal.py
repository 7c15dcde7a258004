# expect: fails
# policy: please-look
"""An object that claims to be equal to whatever it is compared with."""


class Always:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return 1


async def answer():
    return Always()
