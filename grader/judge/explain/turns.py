"""Which task went on before which, in words, where a test fails out of natural order alone."""

from __future__ import annotations

from grader.text import counted, seconds
from grader.wire.recording import Deviation, Trace

MAX_TURNS = 2
"""Turns out of natural order that are told one by one."""


def turns_in_words(trace: Trace) -> str:
    """Which tasks go on before which in a shortened play; an empty text if all go on in natural order."""
    turns = []
    for deviation in trace.deviations[:MAX_TURNS]:
        first, second = _name(trace, deviation.task, deviation), _name(trace, deviation.instead_of, deviation)
        turns.append(f"{first} goes on before {second} at {seconds(deviation.time)}")
    more = len(trace.deviations) - len(turns)
    return " and ".join(turns) + (f" (and {counted(more, 'more such turn')})" if more > 0 else "")


def _name(trace: Trace, task: int, deviation: Deviation) -> str:
    """A task's name for the learner: its span at that time, else its function, with a number if several share it."""
    time = deviation.time
    spans = [span for span in trace.spans if span.task == task]
    inside = [span for span in spans if span.start <= time <= (span.stopped or time)]
    if inside or spans:
        return f"`{(inside or spans)[0].name}`"
    names = {traced.id: traced.name for traced in trace.tasks}
    name = names.get(task, "a task")
    namesakes = [id for id, other in names.items() if other == name]
    return f"`{name}`" if len(namesakes) < 2 else f"`{name}` no. {namesakes.index(task) + 1}"
