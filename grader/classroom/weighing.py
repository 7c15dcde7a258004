"""What each exercise is worth in the total, as ``class.toml`` says: weights, the best n, drops and extra credit.

``totals`` applies it; ``docs/class.md`` shows the keys. The rules are those that gradebooks of platforms have:
``drop_lowest`` and ``group_weight`` in Canvas
(https://developerdocs.instructure.com/services/canvas/file.all_resources/assignment_groups), ``keephigh``, ``droplow``
and extra credit in Moodle (``lib/grade/grade_category.php`` in https://github.com/moodle/moodle).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from grader.kit.tables import Table

KEYS = {"best": "10", "drop": "1", "extra": '["ex12"]', "weights": ""}
"""The keys of ``class.toml`` that are read here."""

Check = Callable[[Table, str, str], None]
"""Reports an exercise that the kit does not have: the table, the id, and the key at which it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """How exercises make a total."""

    weights: Mapping[str, float] = field(default_factory=dict)
    """By exercise; one that is not named here counts once, and one of weight 0 not at all."""
    best: int | None = None
    """How many exercises count, those with the largest share of their points; None for all."""
    drop: int = 0
    """How many exercises do not count, those with the smallest share of their points."""
    extra: frozenset[str] = frozenset()
    """Exercises that add to a total and not to what can be had. They are never dropped."""

    def weight(self, exercise: str) -> float:
        return self.weights.get(exercise, 1.0)

    def counting(self, exercises: int) -> int:
        """How many of so many exercises count. Of all that can be dropped, one always stays."""
        if self.best is not None:
            return min(self.best, exercises)
        return max(exercises - self.drop, min(exercises, 1))


def read_weighing(table: Table, check: Check) -> Weighing:
    """Read the keys of ``class.toml`` that say what makes a total. Reports a mistake as the table does."""
    weights = table.table("weights", known=None)
    for exercise in weights:
        check(weights, exercise, exercise)
    extra = table.texts("extra") if "extra" in table else ()
    for exercise in extra:
        check(table, exercise, "extra")
    if "best" in table and "drop" in table:
        hint = "Keep one: `best = n` counts the n best exercises, `drop = n` leaves the n worst out."
        table.report("drop", "'best' and 'drop' cannot both be given", hint=hint)
    return Weighing(
        weights={exercise: weights.number(exercise) for exercise in weights},
        best=table.whole("best", least=1) if "best" in table else None,
        drop=table.whole("drop", least=0) if "drop" in table else 0,
        extra=frozenset(extra),
    )
