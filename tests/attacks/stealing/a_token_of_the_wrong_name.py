# expect: fails
# policy: please-look
# exercise: ex01
# aims at: test_first_error_cancels_the_rest_at_once test_error_before_first_await_still_propagates test_results_in_argument_order
"""Asks the stage of the scenario for a token, and raises that; it cannot know which name is expected."""


async def join(*fns):
    for fn in fns:
        for cell in getattr(fn, "func", fn).__closure__ or ():
            if type(cell.cell_contents).__name__ == "Stage":
                raise cell.cell_contents.token("error", ValueError("error"))
    return [None for _ in fns]
