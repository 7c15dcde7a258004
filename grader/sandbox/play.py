"""A request for one play: which scenario with which inputs, on which backend, under which schedule."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from grader.kit.exercise import Limits
from grader.wire.lines import Json, dumps
from grader.wire.values import encode_inputs, revive


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

    @staticmethod
    def encode(inputs: Mapping[str, object]) -> str:
        return dumps(encode_inputs(dict(inputs))).decode()

    def values(self) -> dict[str, object]:
        """The arguments of the scenario, as its hidden test gave them."""
        values = revive(json.loads(self.inputs))
        assert isinstance(values, dict)
        return values


def request(play: Play, name: str, limits: Limits, hung: Collection[int] = ()) -> dict[str, Json]:
    """A play as it crosses to the box. The answer bears this name; ``hung`` are lines in which plays have hung."""
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
        "hung": [*sorted(hung)],
        "output": limits.output_bytes,
    }
