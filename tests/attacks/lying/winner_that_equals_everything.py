# expect: fails
# policy: please-look
# exercise: ex02
# aims at: test_first_to_finish_wins
"""A winner of the race whose index and value are equal to everything, without a race."""


class Always:
    def __eq__(self, other):
        return True

    __hash__ = None


class Winner:
    index = value = Always()


async def select(*fns):
    return Winner()
