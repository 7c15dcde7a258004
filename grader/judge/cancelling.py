"""Cancel at every step: at which steps of its caller a scenario is played again, and what has to be there first.

``play.each_step`` plays a scenario once without a cancellation. That play says for how many steps the caller was open,
which is the box's word: a lie about it changes how many plays follow, within ``MAX_CANCEL_STEPS``, and no more.
"""

from __future__ import annotations

from grader.wire.recording import Ended, Recording
from grader.wire.rows import Missing

MAX_CANCEL_STEPS = 200
"""Plays of one scenario under one schedule, each with the caller cancelled at another step."""
_IN_A_ROW = MAX_CANCEL_STEPS // 2


class NoCaller(Missing):
    """The scenario came to its end and never entered ``stage.caller()``."""


def steps_to_cancel_at(uncancelled: Recording) -> tuple[int, ...]:
    """The steps of the caller at which it is cancelled, in order, by the play without a cancellation; at least one.

    Of a caller with more steps than MAX_CANCEL_STEPS these are the first ones, and further ones at even distances up to
    the last. Raises Missing if the play did not return, and NoCaller if it has no caller.
    """
    if uncancelled.ended is not Ended.RETURNED:
        raise Missing(f"without a cancellation the play ended as {uncancelled.ended}")
    steps = uncancelled.caller_steps
    if steps is None:
        raise NoCaller(f'the scenario "{uncancelled.scenario}" never enters `stage.caller()`')
    if steps < MAX_CANCEL_STEPS:
        return tuple(range(steps + 1))
    spread = MAX_CANCEL_STEPS - _IN_A_ROW
    further = ((steps + 1 - _IN_A_ROW) * number // spread for number in range(1, spread + 1))
    return (*range(_IN_A_ROW), *(_IN_A_ROW - 1 + distance for distance in further))
