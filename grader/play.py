"""A request for one play: which scenario, with which inputs, on which backend, under which schedule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.values import encode_inputs
from grader.wire import dumps


@dataclass(frozen=True, slots=True)
class Play:
    """A request for one play. ``choices`` replay a schedule exactly; otherwise ``seed`` picks one, 0 being natural."""

    scenario: str
    inputs: str
    """As ``Play.encode`` writes them."""
    backend: str
    seed: int = 0
    choices: tuple[int, ...] | None = None
    trace: bool = False
    within: float | None = None
    """Virtual seconds after which the play is late, if its hidden test says so."""
    walk: str = "fair"
    """``sticky`` for an unfair schedule, which stays with one task for as long as it likes."""

    @property
    def key(self) -> Play:
        """The same scenario with the same inputs on the same backend, whatever the schedule."""
        return Play(self.scenario, self.inputs, self.backend, within=self.within)

    @staticmethod
    def encode(inputs: Mapping[str, object]) -> str:
        return dumps(encode_inputs(dict(inputs))).decode()
