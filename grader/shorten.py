"""Shortens a failing schedule to the fewest deviations from natural order that still fail, and says them in words.

A schedule is the list of its choices, 0 being natural. Deviations are dropped in ever smaller groups, in the manner of
delta debugging (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002), until no single one
can be dropped. One or two are usually left after ten plays, and they are the race.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from grader.recording import Deviation, Trace

MAX_TRIES = 60
"""Plays spent on one failure; what is left then is shown as it is."""

Choices = tuple[int, ...]


def shortest(choices: Choices, fails: Callable[[Choices], bool]) -> Choices:
    """The choices with as many of them natural as possible, such that ``fails`` still says yes."""
    deviating = [position for position, choice in enumerate(choices) if choice]
    tries = count()
    size = len(deviating)
    while size:
        dropped = False
        for start in range(0, len(deviating), size):
            kept = deviating[:start] + deviating[start + size :]
            if next(tries) >= MAX_TRIES:
                return _only(choices, deviating)
            if fails(_only(choices, kept)):
                deviating, dropped = kept, True
                break
        if not dropped:
            size //= 2
        size = min(size, len(deviating))
    return _only(choices, deviating)


def _only(choices: Choices, positions: list[int]) -> Choices:
    kept = set(positions)
    shown = [choice if position in kept else 0 for position, choice in enumerate(choices)]
    while shown and shown[-1] == 0:
        shown.pop()
    return tuple(shown)


def in_words(trace: Trace) -> str:
    """Say when it goes wrong, from the deviations of a shortened play; nothing if it had none."""
    said = []
    for deviation in trace.deviations[:2]:
        first, second = _label(trace, deviation.task, deviation), _label(trace, deviation.instead_of, deviation)
        said.append(f"{first} goes on before {second} at {deviation.time:g} s")
    more = len(trace.deviations) - len(said)
    turns = "turn" if more == 1 else "turns"
    return " and ".join(said) + (f" (and {more} more such {turns})" if more > 0 else "")


def _label(trace: Trace, number: int, deviation: Deviation) -> str:
    """What the learner calls a task: the piece of work it is doing then, else its function, numbered if need be."""
    spans = [span for span in trace.spans if span.task == number]
    inside = [
        span for span in spans if span.start <= deviation.time and (span.stopped or deviation.time) >= deviation.time
    ]
    for span in inside or spans:
        return f"`{span.name}`"
    names = {task.id: task.name for task in trace.tasks}
    name = names.get(number, "a task")
    alike = [id for id, other in names.items() if other == name]
    return f"`{name}`" if len(alike) < 2 else f"`{name}` no. {alike.index(number) + 1}"
