"""A seed makes the same choices on both sides of the box, whatever else the schedule is asked for."""

from __future__ import annotations

from grader.box.simulation.schedule import Sticky
from grader.wire.turns import chooser, stickiness

WIDTHS = [2, 3, 9, 2, 40, 5] * 10


def test_the_trusted_side_makes_the_choices_of_an_unfair_schedule_however_often_that_is_asked_to_stay() -> None:
    schedule, picked = Sticky(3), []
    for width in WIDTHS:
        schedule.stays()
        picked.append(schedule.pick(width))

    assert picked == schedule.choices == list(map(chooser(3, walk="sticky"), WIDTHS))


def test_the_choices_of_a_seed_are_these_on_every_computer() -> None:
    assert list(map(chooser(1), [4] * 10)) == [0, 3, 3, 1, 1, 1, 2, 3, 0, 0]


def test_a_choice_is_always_among_the_tasks_that_are_ready() -> None:
    for seed in range(50):
        choose = chooser(seed)
        assert all(0 <= choose(width) < width for width in WIDTHS)


def test_an_unfair_walk_stays_more_often_than_not_and_does_so_alike_for_one_seed() -> None:
    def stays(seed: int) -> list[bool]:
        sticks = stickiness(seed)
        return [sticks() for _ in range(200)]

    assert stays(4) == stays(4) != stays(5)
    assert all(sum(stays(seed)) > 80 for seed in range(20))
