"""Which of the tasks that are ready takes the next step.

The backends offer their ready tasks in natural order, the first to become ready first, so choice 0 is the natural one.
In every round each ready task takes exactly one step. asyncio and trio may really do that in any order, so a failure
under any of these schedules is a real failure. ``Sticky`` is the exception.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from grader.wire.recording import MAX_CHOICES

MAX_STAY = 40
"""Steps in a row for which an unfair schedule stays with one task."""


class Schedule:
    """Natural order. Remembers every choice, and among how many tasks it was made."""

    fair = True
    """Whether every ready task takes one step per round; an unfair one is asked whether the last task ``stays``."""

    def __init__(self) -> None:
        self.choices: list[int] = []
        self.widths: list[int] = []
        self.many = False
        """Whether there were more choices than are kept."""

    def pick(self, width: int) -> int:
        """Choose one of ``width`` ready tasks, ``width`` being at least 2."""
        choice = self._choose(width)
        if len(self.choices) < MAX_CHOICES:
            self.choices.append(choice)
            self.widths.append(width)
        else:
            self.many = True
        return choice

    def stays(self) -> bool:
        """Whether the task that took the last step may take the next one before all others, if it is ready."""
        return False

    def _choose(self, width: int) -> int:
        return 0


class Shuffled(Schedule):
    """A seeded random walk."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._random = Random(seed).random

    def _choose(self, width: int) -> int:
        return int(self._random() * width)


class Replay(Schedule):
    """The given choices, then natural order."""

    def __init__(self, choices: Sequence[int]) -> None:
        super().__init__()
        self._rest = iter(choices)

    def _choose(self, width: int) -> int:
        return min(next(self._rest, 0), width - 1)


class Sticky(Shuffled):
    """A seeded walk that stays with one task while others wait, and so is not fair.

    Neither backend does this for long, and correct programs may break under it. A test that fails here alone depends on
    its tasks taking turns: it gets a remark and loses no points.
    """

    fair = False

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._stickiness = 0.5 + self._random() / 2
        self._stayed = 0

    def stays(self) -> bool:
        # Bounded: otherwise a task that loops until another task has acted would keep its turn for ever.
        self._stayed = self._stayed + 1 if self._stayed < MAX_STAY and self._random() < self._stickiness else 0
        return self._stayed > 0


def for_seed(seed: int) -> Schedule:
    """Seed 0 is natural order."""
    return Shuffled(seed) if seed else Schedule()
