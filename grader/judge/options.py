"""What of an exercise is played and under which schedules: asked for on a command line, and handed over whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.kit.exercise import Exercise
    from grader.kit.hidden_tests import HiddenTest

DEFAULT_SCHEDULES = 21
"""Natural order and twenty more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayOptions:
    """What of an exercise is played, and under which schedules; by default all of it, as marks are given for it."""

    tests: tuple[int, ...] = ()
    """The numbers of the hidden tests asked for; none means all."""
    backends: tuple[str, ...] = ()
    """The backends asked for; none means all."""
    schedules: int = DEFAULT_SCHEDULES
    """How many schedules at most; a hidden test may ask for fewer."""
    only: int | None = None
    """The number of the one schedule to play, None for all of them."""
    unfair: int = 0
    """How many unfair schedules to try on a test that passes; they earn a remark and cost no points."""

    @property
    def complete(self) -> bool:
        """Whether every hidden test is played on every backend, under no fewer schedules than by default."""
        part = self.tests or self.backends or self.only is not None
        return not part and self.schedules >= DEFAULT_SCHEDULES

    @property
    def share(self) -> float:
        """How many times the plays of a run with default options this may take, at least 1."""
        return max(1.0, (self.schedules + self.unfair) / DEFAULT_SCHEDULES)

    def tests_of(self, exercise: Exercise) -> tuple[HiddenTest, ...]:
        return tuple(test for test in exercise.tests if not self.tests or test.number in self.tests)

    def backends_of(self, exercise: Exercise) -> tuple[str, ...]:
        return self.backends or exercise.backends

    def numbers(self, test: HiddenTest) -> range:
        """The numbers of the schedules to call a hidden test under; 0 is natural order."""
        if self.only is not None:
            return range(self.only, self.only + 1)
        return range(min(self.schedules, test.schedules or self.schedules))


EVERYTHING = PlayOptions()


def asked_for(
    *,
    tests: tuple[int, ...] = (),
    backend: str | None = None,
    schedules: int | None = None,
    seed: int | None = None,
    unfair: int | None = None,
) -> PlayOptions:
    """The options that a command line asks for, by the names they have there; None stands for the default."""
    return PlayOptions(
        tests=tests,
        backends=() if backend is None else (backend,),
        schedules=schedules or DEFAULT_SCHEDULES,
        only=seed,
        unfair=unfair or 0,
    )
