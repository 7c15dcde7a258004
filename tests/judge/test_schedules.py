"""Variants of a play: one number, one schedule, whenever it is asked for; and shortening a schedule that fails."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.judge.schedules import MAX_TRIES, WALK, Variants, shortest
from grader.sandbox.play import Play
from grader.wire.recording import Ended, Recording

KEY = Play("meet", "{}\n", "trio")

Widths = Callable[[Sequence[int]], int]
"""How many tasks are ready after these choices; below 2, the play is over."""


def played(play: Play, widths: Widths, ended: Ended = Ended.RETURNED, *, many: bool = False) -> Recording:
    """What a program with this tree of choices records when it is played so."""
    rest, choices, met = iter(play.choices or ()), [], []
    while (width := widths(choices)) >= 2:
        met.append(width)
        choices.append(min(next(rest, 0), width - 1))
    return Recording(scenario="meet", backend="trio", ended=ended, choices=tuple(choices), widths=tuple(met), many=many)


def first_plays(variants: Variants, count: int, widths: Widths) -> list[tuple[int, ...]]:
    """The choices actually made by the first variants, until there are no more."""
    made: list[tuple[int, ...]] = []
    for number in range(count):
        (play, *_) = variants.plays(KEY, number, number)
        recording = played(play, widths)
        variants.note(KEY, number, recording)
        made.append(recording.choices)
        if variants.exhausted([play], number):
            break
    return made


def fixed(*widths: int) -> Widths:
    return lambda choices: widths[len(choices)] if len(choices) < len(widths) else 0


# ---- natural order ---------------------------------------------------------------------------------------------------


def test_variant_0_is_natural_order() -> None:
    assert Variants().plays(KEY, 0, 0) == [Play("meet", "{}\n", "trio", seed=0)]


def test_a_play_without_choices_has_one_schedule() -> None:
    assert first_plays(Variants(), 21, fixed()) == [()]


# ---- a small tree is walked whole ------------------------------------------------------------------------------------


@pytest.mark.parametrize("widths", [(2,), (3,), (2, 2), (2, 3, 3), (5, 4), (WALK,)])
def test_every_leaf_of_a_small_tree_is_played_once_and_then_it_is_exhausted(widths: tuple[int, ...]) -> None:
    made = first_plays(Variants(), 2 * WALK, fixed(*widths))

    assert made == sorted(itertools.product(*map(range, widths)))


@given(st.dictionaries(st.lists(st.integers(0, 2), max_size=2).map(tuple), st.integers(0, 3), max_size=8))
@settings(max_examples=60)
def test_a_tree_whose_branches_differ_is_walked_whole_and_no_leaf_twice(tree: dict[tuple[int, ...], int]) -> None:
    def widths(choices: Sequence[int]) -> int:
        return tree.get(tuple(choices), 0) if len(choices) < 3 else 0

    # Of a larger one only seeds are tried.
    assume(math.prod(max(1, widths((0,) * depth)) for depth in range(3)) <= WALK)

    def leaves(choices: tuple[int, ...]) -> list[tuple[int, ...]]:
        width = widths(choices)
        return [choices] if width < 2 else [leaf for each in range(width) for leaf in leaves((*choices, each))]

    made = first_plays(Variants(), 100, widths)

    assert made == leaves(())


def test_a_tree_that_is_known_already_is_walked_again_in_the_same_order() -> None:
    variants = Variants()

    first = first_plays(variants, 9, fixed(2, 3))

    assert first_plays(variants, 9, fixed(2, 3)) == first
    assert len(first) == 6


def test_a_small_tree_is_not_exhausted_before_its_last_leaf() -> None:
    variants = Variants()
    for number in range(2):
        (play,) = variants.plays(KEY, number, number)
        variants.note(KEY, number, played(play, fixed(3)))
        assert not variants.exhausted([play], number)


def test_after_the_last_leaf_a_play_is_repeated_in_natural_order_while_another_play_goes_on() -> None:
    variants = Variants()
    first_plays(variants, 5, fixed(2))

    (again,) = variants.plays(KEY, 5, 5)

    assert (again.seed, again.choices) == (0, None)


def test_a_test_with_several_plays_is_exhausted_when_all_of_them_are() -> None:
    variants, other = Variants(), Play("other", "{}\n", "trio")
    first_plays(variants, 5, fixed())
    variants.note(other, 0, played(other, fixed(2)))

    assert not variants.exhausted([KEY, other], 0)
    variants.note(other, 1, played(variants.plays(other, 1, 1)[0], fixed(2)))
    assert variants.exhausted([KEY, other], 1)


def test_a_play_that_was_never_played_is_not_exhausted() -> None:
    assert not Variants().exhausted([KEY], 0)


# ---- a large one is shuffled -----------------------------------------------------------------------------------------


def noted(recording: Recording) -> Variants:
    variants = Variants()
    variants.note(KEY, 0, recording)
    return variants


@pytest.mark.parametrize(
    "recording",
    [
        played(KEY, fixed(WALK + 1)),
        played(KEY, fixed(2, 2, 2, 2, 2)),
        played(KEY, fixed(2), many=True),
        played(KEY, fixed(2), Ended.DEADLOCK),
    ],
    ids=["wide", "deep", "cut off", "ended early"],
)
def test_a_tree_that_is_large_or_not_known_is_tried_under_shuffles_by_seed(recording: Recording) -> None:
    variants = noted(recording)

    plays = variants.plays(KEY, 3, 5)

    assert [(play.seed, play.choices, play.trace) for play in plays] == [(seed, None, False) for seed in (3, 4, 5)]
    assert not variants.exhausted(plays, 5)


def test_the_limit_of_a_small_tree_is_the_product_of_its_widths() -> None:
    assert math.prod((5, 4)) == WALK
    assert noted(played(KEY, fixed(5, 4))).plays(KEY, 1, 3)[0].choices == (0, 1)
    assert noted(played(KEY, fixed(7, 3))).plays(KEY, 1, 1)[0].choices is None


# ---- by name ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("widths", [fixed(), fixed(2, 3), fixed(4, 5), fixed(9, 9)], ids=["one", "6", "20", "81"])
@pytest.mark.parametrize("number", range(0, 20, 3))
def test_a_variant_that_is_asked_for_alone_is_the_one_that_bears_its_number(widths: Widths, number: int) -> None:
    in_order, alone = Variants(), Variants()
    for earlier in range(number):
        in_order.note(KEY, earlier, played(in_order.plays(KEY, earlier, earlier)[0], widths))

    while (earlier := alone.needed(KEY, number)) is not None:
        assert earlier < number
        alone.note(KEY, earlier, played(alone.plays(KEY, earlier, earlier)[0], widths))

    assert alone.plays(KEY, number, number) == in_order.plays(KEY, number, number)


def test_natural_order_needs_nothing_before_it() -> None:
    assert Variants().needed(KEY, 0) is None


# ---- the shortest one that fails -------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 3), max_size=40), st.data())
def test_what_is_left_still_fails_and_no_single_turn_can_be_dropped(choices: list[int], data: st.DataObject) -> None:
    deviating = [position for position, choice in enumerate(choices) if choice]
    needed = data.draw(st.sets(st.sampled_from(deviating), max_size=2)) if deviating else set()

    def fails(tried: tuple[int, ...]) -> bool:
        return all(position < len(tried) and tried[position] == choices[position] for position in needed)

    short = shortest(tuple(choices), fails)

    assert fails(short)
    assert {position for position, choice in enumerate(short) if choice} == needed


def test_natural_order_is_left_when_the_failure_needs_no_turn() -> None:
    assert shortest((1, 2, 3), lambda choices: True) == ()


def test_it_gives_up_after_so_many_tries_and_keeps_what_fails() -> None:
    tries: list[tuple[int, ...]] = []

    def fails(choices: tuple[int, ...]) -> bool:
        tries.append(choices)
        return False

    assert shortest((1,) * 200, fails) == (1,) * 200
    assert len(tries) == MAX_TRIES


def test_a_tree_of_choices_is_counted_no_further_than_it_is_walked() -> None:
    """A forged recording has hundreds of choices among a thousand million tasks: their product takes minutes."""

    class Widths(tuple[int, ...]):
        def __iter__(self) -> Iterator[int]:
            yield from super().__iter__()
            raise AssertionError("a tree too large to walk was counted to its end")

    natural = Recording(scenario="s", backend="trio", ended=Ended.RETURNED, widths=Widths([10**9] * 400))
    variants = Variants()
    variants.note(KEY, 0, natural)

    assert variants.plays(KEY, 3, 3) == [replace(KEY, seed=3)]
