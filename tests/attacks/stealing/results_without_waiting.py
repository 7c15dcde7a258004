# expect: raised
# policy: nothing
# exercise: ex01
# aims at: test_takes_as_long_as_the_slowest test_outer_cancellation_stops_everything test_all_started_before_any_finishes
"""Drives the functions by hand, sending nothing but None, so that no time passes."""


async def join(*fns):
    results = []
    for fn in fns:
        steps = fn().__await__()
        try:
            while True:
                next(steps)
        except StopIteration as end:
            results.append(end.value)
    return results
