# expect: fails
# policy: import
"""Looks through every object in memory for a hidden test or what it expects."""

import gc


async def answer():
    names = {"test_answer", "test_other", "test_hidden", "grading"}
    for thing in gc.get_objects():
        try:
            if type(thing).__name__ == "function" and thing.__name__ in names:
                return 1
            if type(thing) is dict and names & set(thing):
                return 1
        except Exception:
            continue
    return 2
