# expect: crashed
# policy: import
# exercise: ex01
# aims at: test_results_in_argument_order test_takes_as_long_as_the_slowest test_zero_functions test_same_function_twice_runs_twice
"""Runs what it is given, and leaves before anybody can look at the results."""

import os


async def join(*fns):
    for fn in fns:
        await fn()
    os._exit(0)
