# expect: fails
# policy: please-look
# exercise: ex01
# aims at: test_results_in_argument_order test_takes_as_long_as_the_slowest test_any_value_is_a_value
"""Reads the constants of the functions that it is given, and returns those instead of running them."""


async def join(*fns):
    found = []
    for fn in fns:
        code = getattr(fn, "func", fn).__code__
        found += [constant for constant in code.co_consts if constant is not None]
    return found[: len(fns)]
