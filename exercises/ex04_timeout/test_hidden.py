"""Hidden tests of ex04: judge recordings, on both backends, under every schedule."""

import math
from contextlib import contextmanager
from itertools import product

from grader.authoring import Diagnosed, grading, token

LIMIT = 2.5
LIMITS = (LIMIT, 0, -1, -0.25, -math.inf)
CENTURY = 3.2e9

STOP = "cancel the operation when the time is up: a second task sleeps for `seconds` and then cancels the group"


@contextmanager
def alone(play, scenario, **inputs):
    """Show what is wrong with one of the inputs of a play in a play of this input alone."""
    try:
        yield
    except AssertionError:
        play(scenario, **inputs).ended_as("returned", "raised")
        raise


def lost(attempt):
    """Whether an error of the operation got lost: another test asks whether it is the very same object."""
    return attempt.how == "returned" or attempt.raised.isa("submission.Elapsed")


def unchanged(recording, name):
    """Whether the error of that name came out as the very same object."""
    return recording.values(f"error of {name}") == [token(name)]


def stopped_in_time(recording):
    """The limit has passed; whoever waits for the end of the operation has no timeout at all."""
    if recording.ended_as("returned", "raised") and recording.elapsed >= 100:
        raise Diagnosed(
            "losers-left-running",
            "The operation needs 100 s and has 2.5 s. timeout() waited for its end, until 100 s: nothing stops it.",
            help=STOP,
        )


# ---- in time ---------------------------------------------------------------------------------------------------------


@grading(
    points=4,
    promise=1,
    diagnosis="edge-case",
    schedules=2,
    feedback="The operation must be called once, and at once: whether it returns, fails, or is too slow.",
    help="write `await fn()` in one place, with nothing to wait for before it",
    show=("kind",),
)
def test_calls_the_operation_once(play):
    """the operation is called once, at once"""
    kinds = ("quick", "failing", "slow")
    recording = play("calling_each", kinds=kinds)

    for kind in kinds:
        with alone(play, "calling", kind=kind):
            called = recording.times(f"called {kind}")
            if len(called) > 1:
                raise Diagnosed("edge-case", f"The operation was called {len(called)} times.")
            assert called == [recording.attempt(kind).start]


@grading(
    points=7,
    promise=2,
    diagnosis="losers-left-running",
    schedules=2,
    feedback="The operation was over in time, and timeout() returned at another moment, or something else.",
    help="let the task of the operation cancel the group when it is done: that stops the timer",
    show=("needs", "limit", "expected"),
)
def test_in_time_returns_the_value(play):
    """a result in time is returned at once"""
    limits = {2: 5, 0.75: 100_000}
    recording = play("working_each", limits=limits)

    for needs, limit in limits.items():
        with alone(play, "working", needs=needs, limit=limit):
            timeout = recording.attempt(f"work of {needs} s")
            if timeout.how == "returned" and timeout.took > needs:
                why = ": it waited for its own timer" if timeout.took == limit else ""
                raise Diagnosed(
                    "losers-left-running",
                    f"The operation was done after {needs} s, and timeout() was over after {timeout.took:g} s{why}.",
                    help="let the task of the operation cancel the group when it is done, and return behind the group",
                )
            assert timeout.value == "done"
            assert timeout.took == needs


@grading(
    points=5,
    promise=3,
    diagnosis="falsy-value",
    schedules=2,
    feedback="None, False, 0, () or an exception object that was returned got lost. They are ordinary results.",
    help="keep apart whether the operation is done, and what it returned: a list of one outcome, or a flag",
    show=("expected",),
)
def test_falsy_values(play):
    """None and returned exceptions are results too"""
    recording = play("odd_values")

    assert not recording.raised
    assert recording.result == [None, False, 0, (), token("an error")]


# ---- errors ----------------------------------------------------------------------------------------------------------


@grading(
    points=8,
    promise=4,
    diagnosis="lost-error",
    schedules=2,
    feedback="The operation raised an error, and something else came out, or it came out wrapped or late. "
    "`except ValueError` round timeout() must work.",
    help="catch the error inside the task, keep it, and raise it behind the task group, which would wrap it",
    show=("kind", "after"),
)
def test_errors_arrive_unchanged(play):
    """an error of the operation arrives as it is"""
    kinds, pauses = ("plain", "OSError", "RuntimeError", "AttributeError", "KeyError"), (1, 0)
    recording = play("failing_each", kinds=kinds, pauses=pauses)

    for kind, after in product(kinds, pauses):
        with alone(play, "failing", kind=kind, after=after):
            timeout = recording.attempt(f"{kind} after {after} s")
            if timeout.raised and timeout.took == 5:
                raise Diagnosed(
                    "losers-left-running",
                    f"The operation failed after {after} s, and timeout() was over after 5 s: "
                    "it waited for its own timer.",
                    help="let the task of the operation cancel the group when it is done, in whatever way",
                )
            assert unchanged(recording, timeout.name)
            assert timeout.took == after


@grading(
    points=5,
    promise=5,
    diagnosis="lost-error",
    schedules=2,
    feedback="The operation raised an ExceptionGroup of its own. It was taken apart, or another was put round it.",
    help="keep the very object that the operation raised, and raise that; do not look into it",
    show=("kind",),
)
def test_groups_arrive_unchanged(play):
    """an ExceptionGroup of the operation stays whole"""
    kinds = ("group", "group of two", "group in a group", "group of a timeout")
    recording = play("failing_each", kinds=kinds, pauses=(1,))

    for kind in kinds:
        with alone(play, "failing", kind=kind, after=1):
            assert unchanged(recording, f"{kind} after 1 s")


@grading(
    points=6,
    promise=6,
    diagnosis="lost-error",
    schedules=2,
    feedback="The operation raised a TimeoutError or an Elapsed of its own, in time. It is the operation's error and "
    "comes out like any other.",
    help="note in the timer's task that the time is up, instead of judging by the class of the error",
    show=("kind", "after"),
)
def test_inner_timeouterror_is_not_ours(play):
    """the operation's own TimeoutError is not ours"""
    kinds, pauses = ("timeout", "elapsed"), (1, 0)
    recording = play("failing_each", kinds=kinds, pauses=pauses)

    for kind, after in product(kinds, pauses):
        with alone(play, "failing", kind=kind, after=after):
            assert unchanged(recording, f"{kind} after {after} s")


@grading(
    points=4,
    promise=6,
    diagnosis="lost-error",
    schedules=2,
    feedback="A timeout() of 2.5 s ran inside of one of 10.5 s. The inner one fired, and its Elapsed must come out.",
    help="note in the timer's task that the time is up: an Elapsed from inside is an error like any other",
    show=("inner", "outer"),
)
def test_elapsed_of_an_inner_timeout_comes_out(play):
    """the Elapsed of a timeout() inside comes out"""
    recording = play("nested", inner=LIMIT, outer=10.5)

    stopped_in_time(recording)
    assert recording.raised.isa("submission.Elapsed")
    assert recording.values("limit of timeout") == [LIMIT]


# ---- the time is up --------------------------------------------------------------------------------------------------


@grading(
    points=7,
    promise=7,
    diagnosis="losers-left-running",
    schedules=2,
    feedback="The operation went on after its time was up, or was stopped before. Giving up means stopping it, and at "
    "the limit.",
    help="cancel the operation when the time is up: a second task sleeps for `seconds` and then cancels the group",
    show=("kind", "limit"),
)
def test_slow_operation_is_stopped(play):
    """the slow operation is cancelled at the limit"""
    # The last limit is so long that an answer that polls does not come to its end.
    for limits in ({"sleep": LIMIT, "steps": LIMIT, "event": 0.375, "tasks": LIMIT}, {"event": 500_000.5}):
        recording = play("giving_up_each", limits=limits)
        for kind, limit in limits.items():
            with alone(play, "giving_up", kind=kind, limit=limit):
                cancelled_at_the_limit(recording.span(kind), limit)


def cancelled_at_the_limit(work, limit):
    if work.how != "cancelled":
        raise Diagnosed("losers-left-running", "The operation was not cancelled: it ran to its end.")
    if work.took > limit:
        raise Diagnosed(
            "polling",
            f"The limit was {limit} s, and the operation was cancelled after {work.took:g} s.",
            help="sleep once, for `seconds`, and cancel the operation then",
        )
    if work.took < limit:
        raise Diagnosed(
            "edge-case",
            f"The limit was {limit} s, and the operation was cancelled after {work.took:g} s.",
            help="take `seconds` as it is: it may be a fraction, and it may be large",
        )


@grading(
    points=7,
    promise=8,
    diagnosis="cleanup-not-awaited",
    schedules=2,
    feedback="The cancelled operation needs time to roll back. timeout() must be over when it has, neither earlier "
    "nor later.",
    help="raise Elapsed behind the `async with` of the task group: leaving it waits for every clean-up",
    show=("seconds", "limit"),
)
def test_cleanup_finishes_before_elapsed_is_raised(play):
    """the clean-up is over before Elapsed is raised"""
    needs = (3, 5000, 0)
    recording = play("rolling_back_each", needs=needs, limit=LIMIT)

    for seconds in needs:
        with alone(play, "rolling_back", seconds=seconds, limit=LIMIT):
            name = f"roll back for {seconds} s"
            waited = recording.attempt(name).end - recording.span(name).end
            if waited > 0:
                raise Diagnosed(
                    "cleanup-not-awaited",
                    f"The clean-up was over, and timeout() went on for another {waited:g} s.",
                    help="wait for the clean-up itself, by leaving the task group, and for nothing else",
                )
            assert waited == 0


@grading(
    points=7,
    promise=9,
    diagnosis="lost-error",
    schedules=2,
    feedback="The operation was stopped. Elapsed must be raised, in no group, and its `seconds` are the limit.",
    help="raise `Elapsed(seconds)` behind the task group if the operation has left no outcome",
    show=("needs", "limit", "expected"),
)
def test_too_slow_raises_elapsed(play):
    """a slow operation ends as Elapsed"""
    recording = play("working", needs=100, limit=LIMIT)

    stopped_in_time(recording)
    assert recording.raised.isa("submission.Elapsed")
    assert recording.raised.bare


@grading(
    points=4,
    promise=9,
    diagnosis="lost-error",
    schedules=2,
    feedback="The `seconds` of the Elapsed that was raised are not the limit that timeout() was given.",
    help="write `raise Elapsed(seconds)`, and leave `seconds` as it is: calculate with another variable",
    show=("limit",),
)
def test_elapsed_says_the_limit(play):
    """the seconds of Elapsed are the limit"""
    recording = play("trying_in_vain_each", limits=LIMITS)

    for limit in LIMITS:
        with alone(play, "working", needs=100, limit=limit):
            says_the_limit(recording, limit)


def says_the_limit(recording, limit):
    name = f"work with {limit} s"
    said = recording.values(f"limit of {name}")
    if said and said != [limit]:
        raise Diagnosed("lost-error", f"The limit was {limit} s, and the Elapsed that came out says {said[0]} s.")
    if not said and limit < 0:
        raise Diagnosed(
            "edge-case",
            f"The limit was {limit} s, and no Elapsed was raised.",
            help="let the timer sleep for `max(0, seconds)`: a negative sleep is an error, a negative limit is not",
        )
    assert recording.attempt(name).raised.isa("submission.Elapsed")


@grading(
    points=3,
    promise=9,
    diagnosis="lost-error",
    schedules=2,
    feedback="Callers catch TimeoutError, and what came out is none.",
    help="keep the class as it is in the stub: `class Elapsed(TimeoutError)`",
)
def test_elapsed_is_a_timeouterror(play):
    """Elapsed is a TimeoutError"""
    recording = play("working", needs=100, limit=LIMIT)

    stopped_in_time(recording)
    assert recording.raised.isa("TimeoutError")


@grading(
    points=7,
    promise=10,
    diagnosis="judged-by-clock",
    schedules=3,
    feedback="The operation could not be stopped and finished after the limit. Its value (or error) is there, so it "
    "counts; it was thrown away.",
    help="look first whether the operation has left a value or an error, and only then at the time",
    show=("fails", "value", "expected"),
)
def test_a_finished_value_is_never_thrown_away(play):
    """a late result counts if it exists"""
    values = (None, False)
    recording = play("finishing_late", values=values)

    with alone(play, "committing", fails=False):
        assert recording.attempt("returns").value == "committed"
    with alone(play, "committing", fails=True):
        if lost(recording.attempt("fails")):
            raise Diagnosed(
                "judged-by-clock",
                "The operation could not be stopped and raised an error after the limit. That is its outcome, and it "
                "got lost.",
            )
    for value in values:
        with alone(play, "committing_an_odd_value", value=value):
            committed = recording.attempt(f"returns {value}")
            if committed.raised:
                raise Diagnosed(
                    "falsy-value",
                    f"The operation could not be stopped and returned {value} after the limit. That is its result, and "
                    "it got lost.",
                )
            assert committed.value == value
    with alone(play, "failing_to_clean_up"):
        if lost(recording.attempt("fails to clean up")):
            raise Diagnosed(
                "judged-by-clock",
                "The operation was cancelled, and its clean-up raised an OSError. That is its outcome, and it got "
                "lost.",
            )


# ---- edges -----------------------------------------------------------------------------------------------------------


@grading(
    points=6,
    promise=11,
    diagnosis="edge-case",
    schedules=2,
    feedback="With a limit of 0 or less the operation still runs to its first wait. If it is finished by then, its "
    "value or its error counts; if not, it is cancelled there.",
    help="start the operation in any case, and let the timer sleep for `max(0, seconds)`",
    show=("limit", "fails", "expected"),
)
def test_zero_seconds_still_tries(play):
    """with no time at all it still tries"""
    limits = (0, -1, -math.inf)
    tried, in_vain = play("trying_each", limits=limits), play("trying_in_vain_each", limits=LIMITS)

    for limit in limits:
        with alone(play, "trying", limit=limit, fails=False):
            assert tried.attempt(f"returns with {limit} s").value == "done"
        with alone(play, "trying", limit=limit, fails=True):
            assert not lost(tried.attempt(f"fails with {limit} s"))
        with alone(play, "trying_in_vain", limit=limit):
            name = f"work with {limit} s"
            assert f"{name} begins" in in_vain.order
            assert in_vain.span(name).cancelled_at == in_vain.attempt(name).start


@grading(
    points=4,
    promise=12,
    diagnosis="edge-case",
    schedules=2,
    feedback="A limit of math.inf means: wait as long as it takes.",
    help="do not calculate with the limit: `anyio.sleep` takes math.inf as it is",
    show=("needs", "expected"),
)
def test_forever_is_allowed(play):
    """a limit of math.inf never fires"""
    recording = play("unlimited", needs=CENTURY)

    if recording.ended_as("limit", "never-yields", "late"):
        raise Diagnosed(
            "polling",
            "The limit was math.inf, and timeout() looked again and again whether the time was up.",
            help="sleep once, for `seconds`: `anyio.sleep` takes math.inf as it is",
        )
    if recording.raised.isa("submission.Elapsed"):
        raise Diagnosed(
            "edge-case", f"The limit was math.inf, and Elapsed was raised after {recording.elapsed:,.0f} s."
        )
    assert not recording.raised
    assert recording.result == "done"


@grading(
    points=7,
    promise=13,
    diagnosis="swallowed-cancellation",
    schedules=2,
    feedback="Somebody else cancelled timeout() before the limit. That is not Elapsed: cancel the operation and let "
    "the cancellation go on its way.",
    help="take only your own timer for the end of the time, and never catch `BaseException`",
)
def test_outer_cancellation_is_not_elapsed(play):
    """cancelling timeout() is not Elapsed"""
    for recording in play.each_step("cancelled_from_outside"):
        assert not recording.raised
        assert recording.stopped_at_once
        assert not recording.left_running
        # Cancelled too late to matter: the operation was done.
        assert recording.caller.how == "cancelled" or recording.span("work").how == "returned"

    cleaned = play("cancelled_while_it_has_to_clean_up")
    assert cleaned.attempt("roll back").how == "cancelled"
    assert cleaned.times("over") == [4]


@grading(
    points=3,
    promise=13,
    diagnosis="swallowed-cancellation",
    schedules=2,
    feedback="A timeout() of 10.5 s ran inside of one of 2.5 s. The outer one cancels it, and the outer Elapsed must "
    "come out.",
    help="take only your own timer for the end of the time, and never catch `BaseException`",
    show=("inner", "outer"),
)
def test_a_cancelled_timeout_inside_is_quiet(play):
    """a timeout() inside is cancelled by the outer one"""
    recording = play("nested", inner=10.5, outer=LIMIT)

    stopped_in_time(recording)
    if recording.ended_as("returned"):
        raise Diagnosed("lost-error", "The outer timeout() had a limit of 2.5 s, and no Elapsed came out of it.")
    assert recording.raised.isa("submission.Elapsed")
    assert recording.values("limit of timeout") == [LIMIT]


@grading(
    points=3,
    promise=14,
    diagnosis="shared-state",
    schedules=2,
    feedback="Six calls of timeout() were made, one after the other: too slow, failing, in time, and again. One of "
    "them had the outcome of another.",
    help="keep what timeout() notes in its own variables: nothing at module level, and no mutable default",
)
def test_calls_one_after_the_other(play):
    """each call begins anew"""
    recording = play("one_after_the_other")

    for number in (1, 2):
        slow = recording.attempt(f"slow {number}")
        assert slow.how != "returned" or slow.value is None
        failing = recording.attempt(f"failing {number}")
        assert failing.how == "raised"
        assert not failing.raised.isa("submission.Elapsed")
        assert recording.attempt(f"quick {number}").value == "done"


@grading(
    points=3,
    promise=14,
    diagnosis="shared-state",
    schedules=1,
    feedback="Many calls of timeout() were made at the same time: one was too slow, one failed, and the others were in "
    "time. One of them had the outcome of another, or none.",
    help="keep what timeout() notes in its own variables: nothing at module level, and no mutable default",
)
def test_calls_at_the_same_time(play):
    """calls at the same time do not mix"""
    recording = play("side_by_side", calls=12)

    slow = recording.attempt("slow")
    assert slow.how != "returned" or slow.value is None
    assert recording.attempt("failing").how == "raised"
    assert not recording.attempt("failing").raised.isa("submission.Elapsed")
    assert [recording.attempt(f"quick {number}").value for number in range(12)] == list(range(12))
