"""Which task went on before which, in words, where a test fails out of natural order alone."""

from __future__ import annotations

from grader.judge.tasknames import TaskNames
from grader.text import counted, seconds
from grader.wire.recording import Trace

MAX_TURNS = 2
"""Turns out of natural order that are told one by one."""


def turns_in_words(trace: Trace) -> str:
    """Which tasks go on before which in a shortened play; an empty text if all go on in natural order."""
    names, turns = TaskNames(trace), []
    for turn in trace.deviations[:MAX_TURNS]:
        first, second = names.at(turn.task, turn.time), names.at(turn.instead_of, turn.time)
        turns.append(f"`{first}` goes on before `{second}` at {seconds(turn.time)}")
    more = len(trace.deviations) - len(turns)
    return " and ".join(turns) + (f" (and {counted(more, 'more such turn')})" if more > 0 else "")
