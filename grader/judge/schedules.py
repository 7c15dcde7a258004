"""Schedules: which ones a play is tried under, and the shortest form of one that fails.

Variant 0 of a play is natural order. If the choices that natural order met span at most ``WALK`` schedules, variant k
is the k-th leaf of that tree of choices, depth first; otherwise variant k is the shuffle of seed k. Either way ``k``
names the same schedule on every machine, so it can be replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count

from grader.sandbox.play import Play
from grader.wire.recording import Recording

WALK = 20
"""The largest tree of choices that is walked whole."""
MAX_TRIES = 60
"""Plays spent on shortening one schedule; the turns that are left then are shown."""

Choices = tuple[int, ...]
"""The number of the ready task that went on, at each point where there was a choice; 0 is natural order."""


class Variants:
    """The variants of all plays of one examination."""

    def __init__(self) -> None:
        self._walks: dict[Play, _Walk] = {}

    def plays(self, key: Play, number: int, last: int) -> list[Play]:
        """The play for variant ``number``, then those up to ``last`` that can be named already."""
        walk = self._walks.get(key)
        if number == 0:
            return [key]
        if walk is None:
            return [replace(key, seed=number)]
        if walk.small:
            return [walk.leaf(key, number)]
        return [replace(key, seed=seed) for seed in range(number, last + 1)]

    def needed(self, key: Play, number: int) -> int | None:
        """The variant to play next before ``number`` can be named; None if it can.

        A test that is called under one schedule alone, or asks for a play under some schedules only, has not met the
        earlier leaves of the walk.
        """
        walk = self._walks.get(key)
        if walk is None:
            return 0 if number else None
        return walk.needed(number) if walk.small else None

    def note(self, key: Play, number: int, recording: Recording) -> None:
        """Learn from variant ``number`` which choices there are."""
        if number == 0 and key not in self._walks:
            self._walks[key] = _Walk(recording)
        elif (walk := self._walks.get(key)) is not None and walk.small:
            walk.note(number, recording)

    def exhausted(self, plays: Iterable[Play], number: int) -> bool:
        """Whether every one of these plays has no variant after ``number``.

        A play with a cancellation has the variants of the same play without it.
        """
        walks = [self._walks.get(play.uncancelled.key) for play in plays]
        return all(walk is not None and walk.small and walk.complete_at(number) for walk in walks)


class _Walk:
    """A depth-first walk through the choices of one play."""

    def __init__(self, natural: Recording) -> None:
        self.small = is_walked(natural)
        self._leaves: list[Choices] = [()]
        self._next = _successor(natural)

    def leaf(self, key: Play, number: int) -> Play:
        """The variant of that number; after the last leaf, natural order again."""
        choices = self._leaves[number] if number < len(self._leaves) else self._next
        return replace(key, choices=choices) if choices else key

    def needed(self, number: int) -> int | None:
        return len(self._leaves) if number > len(self._leaves) and self._next is not None else None

    def note(self, number: int, recording: Recording) -> None:
        if number == len(self._leaves) and self._next is not None:
            self._leaves.append(self._next)
            self._next = _successor(recording)

    def complete_at(self, number: int) -> bool:
        return self._next is None and number >= len(self._leaves) - 1


def is_walked(natural: Recording) -> bool:
    """Whether a play has so few schedules, by its natural one, that they are walked whole instead of shuffled."""
    return natural.ended.by_itself and not natural.many and _leaves(natural.widths) <= WALK


def _leaves(widths: Iterable[int]) -> int:
    """How many leaves the tree of these choices has, as far as that is no more than WALK."""
    leaves = 1
    for width in widths:
        leaves *= width
        if leaves > WALK:
            break
    return leaves


def _successor(recording: Recording) -> Choices | None:
    """The choices of the next leaf: the last choice that can be raised is raised by one, and those after it go."""
    choices, widths = recording.choices, recording.widths
    for position in reversed(range(len(choices))):
        if choices[position] + 1 < widths[position]:
            return (*choices[:position], choices[position] + 1)
    return None


def shortest(choices: Choices, fails: Callable[[Choices], bool]) -> Choices:
    """The choices with as many of them natural as possible for which ``fails`` still returns True.

    The others are made natural in ever smaller groups, in the manner of delta debugging (Zeller and Hildebrandt,
    "Simplifying and isolating failure-inducing input", 2002), until no single one can be. One or two are usually left
    after ten plays, and they are the race.
    """
    deviating = [position for position, choice in enumerate(choices) if choice]
    tries = count()
    size = len(deviating)
    while size:
        for start in range(0, len(deviating), size):
            kept = deviating[:start] + deviating[start + size :]
            if next(tries) >= MAX_TRIES:
                return _only(choices, deviating)
            if fails(_only(choices, kept)):
                deviating = kept
                break
        else:
            size //= 2
        size = min(size, len(deviating))
    return _only(choices, deviating)


def _only(choices: Choices, positions: list[int]) -> Choices:
    kept = set(positions)
    shown = [choice if position in kept else 0 for position, choice in enumerate(choices)]
    while shown and shown[-1] == 0:
        shown.pop()
    return tuple(shown)
