"""A request for one play: which scenario with which inputs, on which backend, under which schedule.

What other plays of the submission have shown goes with it: the lines in which they hung.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from grader.kit.exercise import Limits
from grader.wire.lines import Json, dumps
from grader.wire.recording import Ended, Recording
from grader.wire.values import encode_inputs, revive

MAX_HUNG = 50
"""Lines in which plays have hung that are handed to the next play; a submission has few, unless it makes them up."""

REALLY_HANGS = ("computing", "a call that blocks")
"""Why a play had to be interrupted. ``time.sleep`` blocks the loop, too, but takes no real time."""


@dataclass(frozen=True, slots=True)
class Play:
    """A request for one play. ``choices`` replay a schedule exactly; otherwise ``seed`` picks one, 0 being natural."""

    scenario: str
    inputs: str
    """The arguments of the scenario, as ``Play.encode`` writes them."""
    backend: str
    seed: int = 0
    choices: tuple[int, ...] | None = None
    trace: bool = False
    within: float | None = None
    """Virtual seconds after which the play is late, if its hidden test says so."""
    walk: str = "fair"
    """``sticky`` for an unfair schedule, which stays with one task as long as it can."""
    returns: bool = False
    """Whether the recording says what values the submission's functions returned."""
    cancel_at: int | None = None
    """The step of the caller before which it is cancelled, counted from 1; 0 as soon as it is entered. None for no
    cancellation."""

    @property
    def key(self) -> Play:
        """The same scenario, inputs, backend and cancellation, whatever the schedule."""
        return Play(self.scenario, self.inputs, self.backend, within=self.within, cancel_at=self.cancel_at)

    @property
    def uncancelled(self) -> Play:
        """The same play without the cancellation of its caller."""
        return self if self.cancel_at is None else replace(self, cancel_at=None)

    @property
    def traced(self) -> Play:
        """The same play with a trace. Made by position: each play is looked for with one, and ``replace`` is slow."""
        return Play(
            self.scenario,
            self.inputs,
            self.backend,
            self.seed,
            self.choices,
            True,
            self.within,
            self.walk,
            self.returns,
            self.cancel_at,
        )

    @staticmethod
    def encode(inputs: Mapping[str, object]) -> str:
        return dumps(encode_inputs(dict(inputs))).decode()

    def values(self) -> dict[str, object]:
        """The arguments of the scenario, as its hidden test gave them."""
        values = revive(json.loads(self.inputs))
        assert isinstance(values, dict)
        return values


@dataclass(slots=True)
class HungLines:
    """The lines of a submission in which its plays ran on and on, each kind of which is told by other evidence."""

    blocked: set[int] = field(default_factory=set)
    spun: set[int] = field(default_factory=set)

    def add(self, recording: Recording) -> None:
        """Note the line of a play that has hung."""
        blocked = recording.ended in (Ended.BLOCKED_LOOP, Ended.NEVER_RETURNS) and recording.reason in REALLY_HANGS
        if recording.line is None or not (blocked or recording.ended is Ended.NEVER_YIELDS):
            return
        lines = self.blocked if blocked else self.spun
        if len(lines) < MAX_HUNG:
            lines.add(recording.line)


def request(play: Play, name: str, limits: Limits, hung: HungLines | None = None) -> dict[str, Json]:
    """A play as it crosses to the box. The answer bears this name."""
    hung = hung or HungLines()
    return {
        "play": name,
        "scenario": play.scenario,
        "inputs": json.loads(play.inputs),
        "backend": play.backend,
        "seed": play.seed,
        "choices": None if play.choices is None else list(play.choices),
        "trace": play.trace,
        "within": play.within,
        "walk": play.walk,
        "returns": play.returns,
        "cancel_at": play.cancel_at,
        "blocked": [*sorted(hung.blocked)],
        "spun": [*sorted(hung.spun)],
        "output": limits.output_bytes,
    }
