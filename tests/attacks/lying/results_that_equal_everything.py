# expect: fails
# policy: please-look
# exercise: ex01
# aims at: test_results_in_argument_order test_all_started_before_any_finishes test_takes_as_long_as_the_slowest test_any_value_is_a_value test_joins_nest
"""A list of objects that are equal to every result there might be."""


class Always:
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


class Results(list):
    def __eq__(self, other):
        return True

    __hash__ = None


async def join(*fns):
    return Results(Always() for _ in fns)
