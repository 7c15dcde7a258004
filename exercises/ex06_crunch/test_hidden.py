"""Hidden tests of ex06: judge recordings of jobs, on both backends, under every schedule."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise, product

import pytest

from grader.authoring import Diagnosed, Play, Recording, grading, token

KINDS = ("a list", "a tuple", "a range", "an iterator", "a generator", "an iterable class")
EVEN = [1] * 100
HALVES = [0.5] * 60
UNEVEN = [25, 1, 1, 8, 25, 3, 3, 3, 3, 9, 1, 0, 0, 10, 40, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2] * 2
PLACES = (1, 14, 25, 30, 36)
HELP = "give way by `await anyio.lowlevel.checkpoint()`: it lets others run, and it notices a cancellation"


@contextmanager
def alone(play: Play, scenario: str, **inputs: object) -> Iterator[None]:
    """Show what is wrong with one of the inputs of a play in a play of this input alone."""
    try:
        yield
    except AssertionError:
        play(scenario, **inputs).ended_as("returned", "raised")
        raise


def slice_end(seconds: Sequence[float], budget: float, begin: int) -> int:
    """After how many steps a slice is over that begins after `begin` steps."""
    used = 0.0
    for done in range(begin, len(seconds)):
        used += seconds[done]
        if used >= budget:
            return done + 1
    return len(seconds)


def slice_ends(seconds: Sequence[float], budget: float) -> list[int]:
    """After how many steps the slices of a job are over."""
    ends = [0]
    while ends[-1] < len(seconds):
        ends.append(slice_end(seconds, budget, ends[-1]))
    return ends[1:]


def stretches(turns: Sequence[int], steps: int) -> Iterator[tuple[int, int]]:
    """How many steps were done at two turns of the other task, with steps between them."""
    return pairwise(sorted({0, *turns, steps}))


def beside_a_ticker(
    play: Play, seconds: Sequence[float], budget: float, start: float = 0, other: float = 0
) -> Recording:
    """Several tests ask for the same play, which then is played once."""
    return play("beside_a_ticker", seconds=seconds, budget=budget, start=start, other=other)


def cancelled_in_each_step(play: Play) -> Recording:
    """Two tests ask for it."""
    return play("cancelled_in_each_step", places=PLACES, budget=10, patience=500)


def turns_in(recording: Recording) -> list[int]:
    """The turns of the other task, each as how many steps were done then."""
    any_step(recording.result["computed"])
    turns: list[int] = recording.result["turns"]
    return turns


def any_step(computed: int) -> None:
    if not computed:
        raise Diagnosed("nothing-done", "crunch() came back, and had computed no step.")


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@grading(
    points=6,
    promise=1,
    diagnosis="completion-order",
    feedback="The results must come back in a list, in the order of the steps.",
    help="append the result of each step to one list, and return that",
    show=("kind", "count", "expected"),
)
def test_returns_every_result_in_order(play: Play) -> None:
    """all results come back in a list, in order"""
    counts = [*((kind, 5) for kind in KINDS), ("a generator", 3000)]
    *results, by_default = play("results_each", counts=counts).result

    # What an earlier call leaves behind is the subject of another test, so a play of its own decides what is wrong.
    for (kind, count), values in zip(counts, results, strict=True):
        expected = list(range(count))
        assert values == expected or play("results", kind=kind, count=count).result == expected
    assert by_default == [0, 1, 2, 3, 4] or play("by_default").result == [0, 1, 2, 3, 4]


@grading(
    points=4,
    promise=1,
    diagnosis="falsy-value",
    feedback="Steps yielded None, False, 0, an empty string, an exception object, and some of them twice. All of them "
    "are results.",
    help="let the `for` loop find the end of the job: no value of a step means that it is over",
    show=("expected",),
)
def test_any_value_is_a_result(play: Play) -> None:
    """None and returned exceptions are results"""
    recording = play("odd_results")

    assert not recording.raised
    assert recording.result == [None, False, 0, "", None, (), token("an error"), 0, None]


@grading(
    points=12,
    schedules=3,
    promise=2,
    diagnosis="no-checkpoint",
    feedback="When the budget of a slice is used up, every other task must get a turn before the next step.",
    help="ask after each step whether `clock() - since >= budget`; if so, `await anyio.lowlevel.checkpoint()`",
    show=("budget", "start"),
)
@pytest.mark.parametrize(
    ("seconds", "budget", "start"),
    [
        pytest.param(EVEN, 10, 0, id="even"),
        pytest.param(UNEVEN, 10, -50, id="uneven"),
        pytest.param(HALVES, 1.25, 1000, id="fraction"),
    ],
)
def test_others_get_a_turn_after_each_slice(play: Play, seconds: list[float], budget: float, start: float) -> None:
    """other tasks get a turn after each slice"""
    result = beside_a_ticker(play, seconds, budget, start).result
    turns, ends = result["turns"], {0, *slice_ends(seconds, budget)}

    for begin, end in stretches(turns, len(seconds)):
        due = slice_end(seconds, budget, begin)
        # Of two rounds the other task may have had its turn at the beginning and at the end. A turn within a slice is
        # the subject of another test.
        if begin in ends and end > due and end != slice_end(seconds, budget, due):
            if result["elsewhere"]:
                raise Diagnosed(
                    "another-thread",
                    "The steps ran in another thread, all of them in one go. They belong into the thread of the event "
                    "loop, in slices.",
                )
            used, needed = sum(seconds[begin:end]), sum(seconds[begin:due])
            raise Diagnosed(
                "no-checkpoint",
                f"The budget was {budget:g} s, and {needed:g} s of computing used it up. crunch() computed for "
                f"{used:g} s"
                + (", and no other task got a turn." if end == len(seconds) else " before another task got a turn."),
                help="ask after each step whether `clock() - since >= budget`; if so, pass a whole checkpoint",
            )
    assert len(turns) >= len(slice_ends(seconds, budget)) - 2


@grading(
    points=7,
    schedules=3,
    promise=3,
    diagnosis="hands-over-too-often",
    feedback="Another task ran within a slice, although the budget was not used up.",
)
def test_a_slice_is_never_interrupted(play: Play) -> None:
    """no other task runs within a slice"""
    for seconds, budget, start in ((EVEN, 10, 0), (UNEVEN, 10, -50), (EVEN, 2.5, 0), (HALVES, 1.25, 1000)):
        never_interrupted(turns_in(beside_a_ticker(play, seconds, budget, start)), seconds, budget)
    never_interrupted(turns_in(play("unlimited_beside_a_ticker", steps=1000)), [1] * 1000, float("inf"))


def never_interrupted(turns: Sequence[int], seconds: Sequence[float], budget: float) -> None:
    for begin, end in stretches(turns, len(seconds)):
        if end < slice_end(seconds, budget, begin):
            raise Diagnosed(
                "hands-over-too-often",
                f"The budget was {budget:g} s. crunch() handed over after {sum(seconds[begin:end]):g} s of a slice.",
            )


@grading(
    points=6,
    schedules=5,
    promise=3,
    diagnosis="hands-over-too-often",
    feedback="Handing over is not free. It happens once for each slice, and once more at the beginning or at the end.",
)
def test_hands_over_once_per_slice(play: Play) -> None:
    """it hands over once per slice, not more often"""
    for seconds, start in ((EVEN, 0), (UNEVEN, -50)):
        recording = beside_a_ticker(play, seconds, 10, start)
        turns, needed = len(turns_in(recording)), len(slice_ends(seconds, 10))
        # A job that sleeps gives turns away, too, and another test tells about it.
        if recording.elapsed == 0 and turns > needed + 5:
            raise Diagnosed(
                "hands-over-too-often",
                f"The job had {needed} slices, and another task got {turns} turns meanwhile. {needed} or one more are "
                "enough: handing over is not free.",
            )


@grading(
    points=3,
    schedules=2,
    promise=3,
    diagnosis="another-thread",
    feedback="Steps were computed in another thread than the one of the event loop.",
)
def test_steps_run_in_this_thread(play: Play) -> None:
    """steps run in the thread of the event loop"""
    result = beside_a_ticker(play, EVEN, 10).result

    assert result["complete"]
    assert result["elsewhere"] == 0


@grading(
    points=9,
    schedules=4,
    promise=4,
    diagnosis="charged-for-others",
    feedback="Another task computed for a long time during its turns, and the slices became shorter. That time was not "
    "ours.",
    show=("budget", "other"),
)
def test_time_of_others_is_not_charged_to_us(play: Play) -> None:
    """the time of other tasks is not charged to us"""
    alone = turns_in(beside_a_ticker(play, EVEN, 10))
    beside = turns_in(beside_a_ticker(play, EVEN, 10, other=1000))

    usual = min(end - begin for begin, end in stretches(alone, 100))
    begin, end = min(stretches(beside, 100), key=lambda stretch: stretch[1] - stretch[0])
    if end - begin < usual:
        raise Diagnosed(
            "charged-for-others",
            "The budget was 10 s, and each step took 1 s. While another task computed for 1000 s in each of its turns, "
            f"{'the first' if begin == 0 else 'a'} slice had {counted(end - begin, 'step')}.",
        )


@grading(
    points=6,
    schedules=3,
    promise=5,
    diagnosis="edge-case",
    feedback="With a budget of 0 every step is a slice of its own, even if the clock stands still.",
    help="compare with `>=`, and make no special case of 0: after any step, at least 0 s have passed",
    show=("budget",),
)
def test_budget_zero_hands_over_after_every_step(play: Play) -> None:
    """with a budget of 0 every step is a slice"""
    for seconds in ([1] * 40, [0] * 40):
        turns = beside_a_ticker(play, seconds, 0).result["turns"]

        longest = max(end - begin for begin, end in stretches(turns, 40))
        if longest > 2 or len(turns) < 38:
            moved = "each step took 1 s" if seconds[0] else "the clock stood still"
            raise Diagnosed(
                "edge-case",
                f"The budget was 0, and {moved}. Of 40 steps, {longest} were computed in a row, and another task got "
                f"{counted(len(turns), 'turn')}.",
            )


@grading(
    points=8,
    schedules=3,
    promise=6,
    diagnosis="sleeps-instead",
    feedback="Time passed on the clock of the event loop. Handing over takes none.",
)
def test_it_never_sleeps(play: Play) -> None:
    """no time passes while it hands over"""
    for budget in (10, 2.5):
        recording, count = beside_a_ticker(play, EVEN, budget), len(slice_ends(EVEN, budget))
        if recording.elapsed:
            raise Diagnosed(
                "sleeps-instead",
                f"The job had {count} slices, and {recording.elapsed:g} s passed on the clock of the "
                "event loop, in which nothing was computed.",
            )
        assert recording.result["complete"]


@grading(
    points=4,
    schedules=2,
    promise=7,
    diagnosis="no-checkpoint",
    feedback="A call that needs no second slice came back before any other task could run.",
    help="put one checkpoint in front of the loop, which every call passes",
    show=("steps", "calls"),
)
def test_even_a_short_call_lets_others_run(play: Play) -> None:
    """even a call without steps lets others run"""
    counts = (0, 3)
    recording = play("many_short_calls_each", counts=counts, calls=20)

    for steps, turns in zip(counts, recording.result, strict=True):
        if turns < 18:
            with alone(play, "many_short_calls", steps=steps, calls=20):
                raise Diagnosed(
                    "no-checkpoint",
                    f"Twenty calls with {steps} steps were made in a row, and another task got "
                    f"{counted(turns, 'turn')}. Each call must pass a checkpoint.",
                    help="put one checkpoint in front of the loop, which every call passes",
                )


@grading(
    points=4,
    promise=7,
    diagnosis="no-checkpoint",
    feedback="crunch() was called in a scope that was cancelled already, and it returned as if nothing had happened.",
    help="put one whole checkpoint in front of the loop, or behind it: `await anyio.lowlevel.checkpoint()`",
    show=("steps",),
)
def test_even_a_short_call_notices_a_cancellation(play: Play) -> None:
    """even a call without steps can be cancelled"""
    counts = (0, 3)
    recording = play("cancelled_before_each", counts=counts)

    for steps in counts:
        with alone(play, "cancelled_before", steps=steps):
            assert steps not in recording.values("came back")


@grading(
    points=8,
    schedules=3,
    promise=8,
    diagnosis="swallowed-cancellation",
    feedback="crunch() was cancelled, and went on computing after the end of the slice.",
    help="give way by `await anyio.lowlevel.checkpoint()`: it lets others run, and it notices a cancellation",
)
def test_a_cancellation_is_noticed_after_one_slice(play: Play) -> None:
    """after a cancellation it computes one slice at most"""
    recording = cancelled_in_each_step(play)
    for at, computed in zip(PLACES, recording.result, strict=True):
        with alone(play, "cancelled_in_a_step", at=at, budget=10, patience=500):
            any_step(computed)
            too_many("A step", computed, at, -(-at // 10) * 10)

    recording = play("endless", budget=10, patience=500)
    at = recording.values("cancelled")
    # A job that was over before it could be cancelled has handed over too rarely.
    too_many("Another task", recording.result, at[0] if at else 0, at[0] + 10 if at else 10)


def too_many(who: str, computed: int, at: int, allowed: int) -> None:
    if computed > allowed:
        raise Diagnosed(
            "swallowed-cancellation",
            f"{who} cancelled crunch() after {counted(at, 'step')}. It went on and computed {computed - at} more; "
            "a slice had 10 steps.",
            help=HELP,
        )


@grading(
    points=5,
    promise=8,
    diagnosis="swallowed-cancellation",
    schedules=2,
    feedback="crunch() was cancelled, and it returned to its caller as if it had not been.",
    help="let the cancellation pass: catch `Exception`, never `BaseException`",
)
def test_a_cancellation_goes_on_its_way(play: Play) -> None:
    """a cancellation goes on its way"""
    with alone(play, "cancelled_in_a_step", at=14, budget=10, patience=30):
        assert 14 not in cancelled_in_each_step(play).values("came back")

    for recording in play.each_step("cancelled_at_each_step", steps=40, budget=10):
        assert recording.stopped_at_once
        # Cancelled too late to matter: all steps were done.
        assert recording.caller.how == "cancelled" or recording.result == 40


@grading(
    points=6,
    promise=9,
    diagnosis="lost-error",
    feedback="A step raised an error. It must come out at once, as it is, in no exception group.",
    help="let the error of a step leave crunch() by itself: neither catch it nor put a task group round it",
    show=("kind", "at"),
)
def test_an_error_in_a_step_comes_out_unchanged(play: Play) -> None:
    """an error of a step comes out at once, as it is"""
    kinds, places = ("ValueError", "OSError", "RuntimeError", "ExceptionGroup"), (1, 13)
    recording = play("failing_each", kinds=kinds, places=places, budget=10)

    for (kind, at), result in zip(product(kinds, places), recording.result, strict=True):
        with alone(play, "failing", kind=kind, at=at, budget=10):
            if result["computed"] > at:
                raise Diagnosed(
                    "lost-error",
                    f"Step {at} raised an error, and crunch() computed {result['computed'] - at} more after it.",
                    help="let the error of a step leave crunch() by itself, at once",
                )
            assert result == {"raised": token("boom"), "computed": at}


@grading(
    points=3,
    promise=10,
    diagnosis="edge-case",
    feedback="A negative budget is a ValueError, and nothing may be computed before it is raised.",
    help="begin with `if budget < 0: raise ValueError(...)`",
    show=("budget",),
)
def test_a_negative_budget_is_refused(play: Play) -> None:
    """a negative budget is a ValueError"""
    budgets = (-1, -0.001, -math.inf)
    recording = play("refused_each", budgets=budgets)

    for budget, computed in zip(budgets, recording.result, strict=True):
        with alone(play, "refused", budget=budget):
            if computed:
                raise Diagnosed(
                    "edge-case",
                    f"The budget was negative, and it computed {counted(computed, 'step')}.",
                    help="begin with `if budget < 0: raise ValueError(...)`, before the first step",
                )
            assert recording.attempt(f"budget of {budget} s").raised.isa("ValueError")


@grading(
    points=5,
    schedules=6,
    promise=11,
    diagnosis="serial",
    feedback="Two jobs ran at the same time. They must take turns, slice by slice.",
    help="do without anything that two calls share, such as a lock: each hands over after its own slices",
    show=("jobs", "budget"),
)
def test_two_jobs_take_turns(play: Play) -> None:
    """two jobs take turns, slice by slice"""
    recording = play("side_by_side", jobs=["a", "b"], steps=60, budget=3)
    trace = "".join(recording.result["trace"])
    both = min(trace.rindex("a"), trace.rindex("b"))
    longest = next(
        count for count in range(1, 61) if "a" * count not in trace[:both] and "b" * count not in trace[:both]
    )
    if longest - 1 > 6:
        raise Diagnosed(
            "serial",
            f"Two jobs ran at the same time, with slices of 3 steps. One of them computed {longest - 1} steps in a row "
            "before the other got a turn.",
            help="hand over when a slice is over, and share nothing between calls, such as a lock",
        )

    turns = recording.result["turns"]
    if recording.elapsed == 0 and turns > 24:  # the 20 slices of a job that is alone are 19 turns at least
        more_turns_than_alone(turns, play("side_by_side", jobs=["a"], steps=60, budget=3).result["turns"])


def more_turns_than_alone(turns: int, alone_turns: int) -> None:
    if turns > alone_turns + 5:
        raise Diagnosed(
            "hands-over-too-often",
            f"A job of 20 slices took {alone_turns} turns alone, and {turns} beside another one: it handed over again "
            "and again until the other job had had its turn.",
            help="hand over once, and go on when control comes back: the runtime sees to it that others have a turn",
        )


@grading(
    points=2,
    promise=11,
    schedules=1,
    diagnosis="serial",
    feedback="So many jobs were started together, and one of them computed its third slice before all had begun.",
    help="let every call begin at once, however many there are",
    show=("jobs",),
)
def test_any_number_of_jobs_take_turns(play: Play) -> None:
    """so do three hundred jobs"""
    assert play("very_many", jobs=300).result == {"begun": 300, "finished": 300}


@grading(
    points=2,
    schedules=2,
    promise=11,
    diagnosis="shared-between-calls",
    feedback="The second call knew something of the first one.",
    show=("expected",),
)
def test_calls_know_nothing_of_each_other(play: Play) -> None:
    """calls know nothing of each other"""
    assert play("one_after_the_other").result == [["a", "b", "c"], ["d", "e"]]
    assert play("side_by_side", jobs=["a", "b"], steps=60, budget=3).result["complete"]
