"""Which of several ready tasks takes its turn: the choices that a seed makes, whatever the tasks do.

The box draws from these functions while it plays, and ``sandbox.reading`` draws from them once more: a recording whose
choices are others than those of its schedule was not made under it. What the trusted side takes from the box is among
how many tasks each choice was made; so a program that plays on in natural order and hides that there was a choice, in
both of the places where that is noted, is not found out by this.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

MAX_CHOICES = 400
"""Choices of one play that are kept and cross to the trusted side, and so those that it can compare. The judge neither
walks nor shortens a play that makes more, and replays it by its seed."""

Choose = Callable[[int], int]
"""A function that picks one of so many ready tasks, by its place in natural order; it is asked for at least 2."""

_STICKINESS = 1 << 32
"""Where the seeds of the second stream of an unfair schedule begin. Seeds of schedules are far smaller."""


def chooser(seed: int, choices: Sequence[int] | None = None, walk: str = "fair") -> Choose:
    """The function that makes the choices of a schedule, as ``Play`` describes it."""
    if walk == "sticky":
        return shuffled(seed)
    if choices is not None:
        return replayed(choices)
    return shuffled(seed) if seed else natural


def natural(width: int) -> int:
    """The task that became ready first."""
    return 0


def shuffled(seed: int) -> Choose:
    """A random walk."""
    random = Random(seed).random
    return lambda width: int(random() * width)


def replayed(choices: Sequence[int]) -> Choose:
    """The given choices, then natural order."""
    rest = iter(choices)
    return lambda width: min(next(rest, 0), width - 1)


def stickiness(seed: int) -> Callable[[], bool]:
    """Whether an unfair walk stays with the task of the last step, asked anew for each step.

    It draws from a stream of its own: how often it is asked depends on the tasks, and the choices must not.
    """
    random = Random(_STICKINESS + seed).random
    chance = 0.5 + random() / 2
    return lambda: random() < chance
