"""Calls one hidden test once: on one backend, under one schedule, and says what came of it.

A failure under another schedule than the natural one is shortened at once, while the hidden test is at hand: the fewest
turns out of natural order that still make it fail in the same way are what a learner has to look at.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, replace

from grader.errors import GraderError
from grader.judge.collect import Function, fails, skips
from grader.judge.explain import diagnose
from grader.judge.schedules import Variants, shortest
from grader.judge.verdict import Outcome
from grader.kit.hidden_tests import HiddenTest
from grader.sandbox.cell import Cell, Play
from grader.wire.recording import LEFT_BEHIND, Ended, Recording, Remark

AHEAD = 2
"""Plays that are asked for before they are needed, so that the box plays while a hidden test judges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The play on which a hidden test failed, and the slug of the diagnosis that explains it."""

    diagnosis: str
    play: Play
    """The play to show: shortened, if it could be."""
    recording: Recording
    variant: int
    """The number of the schedule under which the test failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How one hidden test came out on one backend."""

    outcome: Outcome
    schedules: int
    all_schedules: bool = False
    failed: Failed | None = None
    reason: str = ""
    own_fault: bool = False
    """Not judged through a fault of the grader."""
    remarks: tuple[Remark, ...] = ()
    """What a test that passed saw all the same: what plays left behind, and ``fragile``."""


class TooLong(BaseException):
    """Raised in a hidden test that has used up its time."""


class Playing:
    """The ``play`` fixture for one call of a hidden test: one backend, one schedule."""

    def __init__(self, variants: Variants, cell: Cell, backend: str, number: int, last: int) -> None:
        self._variants = variants
        self._cell = cell
        self._backend = backend
        self._number = number
        self._last = last
        self.used: list[tuple[Play, Recording]] = []

    def __call__(self, scenario: str, *, within: float | None = None, **inputs: object) -> Recording:
        """Play a scenario and return what happened, however it ended.

        A play that is not over ``within`` so many virtual seconds is stopped and ends as ``late``.
        """
        key = Play(scenario, Play.encode(inputs), self._backend, within=within)
        while (earlier := self._variants.needed(key, self._number)) is not None:
            (play,) = self._variants.plays(key, earlier, earlier)
            self._variants.note(key, earlier, self._cell.recording(play))
        plays = self._variants.plays(key, self._number, min(self._number + AHEAD, self._last))
        for play in plays:
            self._cell.send(play)
        # A copy: hidden tests note what they looked at, and other tests share the recording.
        recording = replace(self._cell.recording(plays[0]), looked=False)
        self._variants.note(key, self._number, recording)
        self.used.append((plays[0], recording))
        return recording


class Replaying:
    """The ``play`` fixture when some plays are replayed with given choices, and all others in natural order."""

    def __init__(self, cell: Cell, backend: str, chosen: dict[Play, tuple[int, ...]]) -> None:
        self._cell = cell
        self._backend = backend
        self._chosen = chosen
        self.used: list[tuple[Play, Recording]] = []

    def __call__(self, scenario: str, *, within: float | None = None, **inputs: object) -> Recording:
        key = Play(scenario, Play.encode(inputs), self._backend, within=within)
        play = replace(key, choices=self._chosen.get(key, ()))
        recording = replace(self._cell.recording(play), looked=False)
        self.used.append((play, recording))
        return recording


class Unfairly:
    """The ``play`` fixture for one call under an unfair schedule."""

    def __init__(self, cell: Cell, backend: str, seed: int) -> None:
        self._cell = cell
        self._backend = backend
        self._seed = seed
        self.used: list[tuple[Play, Recording]] = []

    def __call__(self, scenario: str, *, within: float | None = None, **inputs: object) -> Recording:
        key = Play(scenario, Play.encode(inputs), self._backend, within=within)
        play = replace(key, seed=self._seed, walk="sticky")
        recording = replace(self._cell.recording(play), looked=False)
        self.used.append((play, recording))
        return recording


Fixture = Playing | Replaying | Unfairly


def attempt(test: HiddenTest, function: Function, playing: Fixture, number: int) -> Judged | None:
    """Call a hidden test once; None if its assertions held."""
    try:
        returned = function(playing)
    except skips():
        return _not_judged(number, "the hidden test was skipped")
    except TooLong as up:
        return _not_judged(number, str(up))
    except GraderError:
        raise  # such as that no box can be started: it is not the learner's
    except fails():
        failed = True
    else:
        if returned is not None:
            # A coroutine whose assertions nobody awaits, a comparison without its `assert`.
            if isinstance(returned, Coroutine):
                returned.close()  # we have said so; Python need not warn of it as well
            return _not_judged(number, f"the hidden test returned a {type(returned).__name__}")
        failed = any(_unseen(recording) for _, recording in playing.used)
    if not playing.used:
        return _not_judged(number, "the hidden test looked at no play")
    internal = next((recording for _, recording in playing.used if recording.ended is Ended.INTERNAL), None)
    if internal is not None:
        return replace(_not_judged(number, internal.reason), own_fault=True)
    if not failed:
        return None
    play, recording, slug = diagnose(test, playing.used)
    why = Failed(diagnosis=slug, play=play, recording=recording, variant=number)
    return Judged(outcome=Outcome.FAIL, schedules=number + 1, failed=why)


def _not_judged(number: int, reason: str) -> Judged:
    return Judged(outcome=Outcome.NOT_JUDGED, schedules=number + 1, reason=reason)


def _unseen(recording: Recording) -> bool:
    """Whether the play ended in a way that the hidden test did not look at."""
    return not recording.looked and recording.ended is not Ended.RETURNED


# ---- what a pass is worth saying about ------------------------------------------------------------------------------


def remarks(used: Iterable[tuple[Play, Recording]]) -> tuple[Remark, ...]:
    """What plays left behind, one of each kind and line."""
    found = {(each.slug, each.line): each for _, recording in used for each in recording.hygiene}
    return tuple(sorted(found.values(), key=lambda each: (LEFT_BEHIND.index(each.slug), each.line or 0)))


def fragile(test: HiddenTest, function: Function, cell: Cell, backend: str, seeds: int) -> tuple[Remark, ...]:
    """Whether a test that passes under every fair schedule fails under one of so many unfair ones."""
    for seed in range(1, seeds + 1):
        judged = attempt(test, function, Unfairly(cell, backend, seed), seed)
        if judged is not None and judged.failed is not None:
            return (Remark(slug="fragile", line=None, detail=f"seed {seed}"),)
    return ()


# ---- shortening ------------------------------------------------------------------------------------------------------


def shortened(test: HiddenTest, function: Function, cell: Cell, failed: Failed, playing: Playing) -> Failed:
    """The same failure with the fewest turns out of natural order; as it is if it cannot be replayed by its choices."""
    chosen = {play.key: recording.choices for play, recording in playing.used}
    if any(recording.many for _, recording in playing.used):
        return failed
    found = _replay(test, function, cell, chosen, failed)
    if found is None:
        return failed
    for key in list(chosen):

        def fails(choices: tuple[int, ...], key: Play = key) -> bool:
            return _replay(test, function, cell, {**chosen, key: choices}, failed) is not None

        chosen[key] = shortest(chosen[key], fails)
    return _replay(test, function, cell, chosen, failed) or found


def _replay(
    test: HiddenTest, function: Function, cell: Cell, chosen: dict[Play, tuple[int, ...]], failed: Failed
) -> Failed | None:
    """The failure under these choices, if it is the same one."""
    judged = attempt(test, function, Replaying(cell, failed.play.backend, chosen), failed.variant)
    again = judged.failed if judged is not None else None
    return again if again is not None and again.diagnosis == failed.diagnosis else None
