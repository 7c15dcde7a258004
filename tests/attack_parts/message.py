import gc


def message(**changes):
    """What the grader would say of the play by now, that 2 is the result, and then what an attack changes of it."""
    performance = next(each for each in gc.get_objects() if type(each).__name__ == "Performance")
    return performance.message(spent=False) | {"ended": "returned", "result": 2} | changes
