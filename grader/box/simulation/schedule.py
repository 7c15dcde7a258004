"""Which of the tasks that are ready takes the next step.

The backends offer their ready tasks in natural order, the first to become ready first, so choice 0 is the natural one.
In every round each ready task takes exactly one step. asyncio and trio may really do that in any order, so a failure
under any of these schedules is a real failure. ``Sticky`` is the exception.

The choices themselves are made by ``wire.turns``, because the trusted side makes them once more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from grader.box.simulation.kept import Parts
from grader.wire.turns import MAX_CHOICES, Choose, natural, shuffled, stickiness

MAX_STAY = 40
"""Steps in a row for which an unfair schedule stays with one task."""


class _Functions(NamedTuple):
    pick: Choose
    """Chooses one of so many ready tasks, at least 2, and remembers the choice."""
    stays: Callable[[], bool]
    """Whether the task that took the last step may take the next one before all others, if it is ready."""
    fair: bool
    """Whether every ready task takes one step per round; an unfair one is asked whether the last task ``stays``."""
    choices: list[int]
    """The choices so far, of which ``MAX_CHOICES`` are kept."""


class Schedule(Parts, _Functions):
    """Natural order, unless it is told how to choose. Remembers its choices.

    No assignment replaces its parts: a program that made its own schedule natural would hide its races from every play.
    """

    def __new__(cls, choose: Choose = natural, stays: Callable[[], bool] | None = None) -> Schedule:
        choices: list[int] = []

        def pick(width: int) -> int:
            choice = choose(width)
            if len(choices) < MAX_CHOICES:
                choices.append(choice)
            return choice

        return super().__new__(cls, pick, stays or _never, fair=stays is None, choices=choices)


class Sticky(Schedule):
    """A seeded walk that stays with one task while others wait, and so is not fair.

    Neither backend does this for long, and correct programs may break under it. A test that fails here alone depends on
    its tasks taking turns: it gets a remark and loses no points.
    """

    def __new__(cls, seed: int) -> Sticky:
        return super().__new__(cls, shuffled(seed), _bounded(stickiness(seed)))  # type: ignore[return-value]


def _never() -> bool:
    return False


def _bounded(sticks: Callable[[], bool]) -> Callable[[], bool]:
    """A schedule that stays as long as it is told to, and never longer than ``MAX_STAY`` steps in a row.

    Otherwise a task that loops until another task has acted would keep its turn for ever.
    """
    stayed = 0

    def stays() -> bool:
        nonlocal stayed
        stayed = stayed + 1 if stayed < MAX_STAY and sticks() else 0
        return stayed > 0

    return stays
