"""Hidden tests of ex04: judge recordings, on both backends, under every schedule."""

from grader.authoring import Diagnosed, grading, token

LIMIT = 2.5

STOP = "cancel the operation when the time is up: a second task sleeps for `seconds` and then cancels the group"


def stopped_in_time(recording):
    """The limit has passed; whoever waits for the end of the operation has no timeout at all."""
    if recording.ended_as("returned", "raised") and recording.elapsed >= 100:
        raise Diagnosed(
            "losers-left-running",
            "The operation needs 100 s and has 2.5 s. timeout() waited for its end, until 100 s: nothing stops it.",
            help=STOP,
        )


@grading(
    points=9,
    diagnosis="losers-left-running",
    feedback="The operation took 2 s of the 5 s it had, and timeout() took another time than that.",
    help="let the task of the operation cancel the group when it is done: that stops the timer",
    show=("needs", "limit", "expected"),
)
def test_in_time_returns_the_value(play):
    """a result in time is returned at once"""
    recording = play("working", needs=2, limit=5)

    if recording.elapsed == 5:
        raise Diagnosed(
            "losers-left-running",
            "The operation was done after 2 s, and timeout() was over after 5 s: it waited for its own timer.",
            help="let the task of the operation cancel the group when it is done: that stops the timer",
        )
    assert recording.result == "done"
    assert recording.elapsed == 2


@grading(
    points=10,
    diagnosis="lost-error",
    feedback="The operation was too slow. Elapsed must be raised at the limit, neither earlier nor later, and its "
    "`seconds` are the limit.",
    help="raise `Elapsed(seconds)` behind the task group if the operation has left no outcome",
    show=("needs", "limit", "expected"),
)
def test_too_slow_raises_elapsed(play):
    """a slow operation ends as Elapsed at the limit"""
    recording = play("working", needs=100, limit=LIMIT)

    stopped_in_time(recording)
    if recording.raised.isa("submission.Elapsed") and recording.elapsed in (2, 3):
        raise Diagnosed(
            "edge-case",
            f"The limit was {LIMIT} s, and Elapsed came after {recording.elapsed:g} s: it was made a whole number.",
            help="take `seconds` as it is: it may be a fraction",
        )
    if recording.raised.isa("submission.Elapsed") and recording.values("limit") != [LIMIT]:
        raise Diagnosed(
            "lost-error",
            f"The limit was {LIMIT} s, and the Elapsed that came out says {recording.values('limit')[0]} s.",
            help="write `raise Elapsed(seconds)`: its `seconds` are the limit",
        )
    assert recording.raised.isa("submission.Elapsed")
    assert recording.raised.bare
    assert recording.values("limit") == [LIMIT]
    assert recording.elapsed == LIMIT


@grading(
    points=3,
    diagnosis="lost-error",
    feedback="Callers catch TimeoutError, and what came out is none.",
    help="keep the class as it is in the stub: `class Elapsed(TimeoutError)`",
)
def test_elapsed_is_a_timeouterror(play):
    """Elapsed is a TimeoutError"""
    recording = play("working", needs=100, limit=LIMIT)

    stopped_in_time(recording)
    assert recording.raised.isa("TimeoutError")


@grading(
    points=9,
    diagnosis="losers-left-running",
    feedback="The operation went on after its time was up. Giving up means stopping it.",
    help="cancel the operation when the time is up: a second task sleeps for `seconds` and then cancels the group",
    show=("limit",),
)
def test_slow_operation_is_stopped(play):
    """the slow operation is cancelled at the limit"""
    assert play("giving_up", limit=LIMIT).span("work").cancelled_at == LIMIT


@grading(
    points=8,
    diagnosis="cleanup-not-awaited",
    feedback="The cancelled operation needs 3 s to roll back, and Elapsed has to wait until it has.",
    help="raise Elapsed behind the `async with` of the task group: leaving it waits for every clean-up",
)
def test_cleanup_finishes_before_elapsed_is_raised(play):
    """the clean-up is over before Elapsed is raised"""
    recording = play("rolling_back", limit=LIMIT)

    stopped_in_time(recording)
    assert recording.raised.isa("submission.Elapsed")
    assert recording.span("roll back").end == recording.span("timeout").end == LIMIT + 3


@grading(
    points=10,
    diagnosis="lost-error",
    feedback="The operation raised a ValueError, and something else came out, or it came out wrapped or late. "
    "`except ValueError` round timeout() must work.",
    help="catch the error inside the task, keep it, and raise it behind the task group, which would wrap it",
    show=("kind", "after"),
)
def test_errors_arrive_unchanged(play):
    """an error of the operation arrives as it is"""
    for after in (1, 0):
        recording = play("failing", kind="plain", after=after)

        if recording.raised and recording.elapsed == 5:
            raise Diagnosed(
                "losers-left-running",
                f"The operation failed after {after} s, and timeout() was over after 5 s: it waited for its own timer.",
                help="let the task of the operation cancel the group when it is done, in whatever way",
            )
        assert recording.raised == "boom"
        assert recording.values("error") == [token("boom")]
        assert recording.elapsed == after


@grading(
    points=5,
    diagnosis="lost-error",
    feedback="The operation raised an ExceptionGroup of its own. It was taken apart, or another was put round it.",
    help="keep the very object that the operation raised, and raise that; do not look into it",
)
def test_groups_arrive_unchanged(play):
    """an ExceptionGroup of the operation stays whole"""
    recording = play("failing", kind="group", after=1)

    assert recording.raised
    assert recording.values("error") == [token("boom")]


@grading(
    points=7,
    diagnosis="lost-error",
    feedback="The operation raised a TimeoutError or an Elapsed of its own, in time. It is the operation's error and "
    "comes out like any other.",
    help="note in the timer's task that the time is up, instead of judging by the class of the error",
    show=("kind", "after"),
)
def test_inner_timeouterror_is_not_ours(play):
    """the operation's own TimeoutError is not ours"""
    for kind in ("timeout", "elapsed"):
        recording = play("failing", kind=kind, after=1)

        assert recording.raised == "boom"
        assert recording.values("error") == [token("boom")]


@grading(
    points=8,
    diagnosis="lost-error",
    feedback="Of two timeouts, one inside the other, the shorter one must be reported, whichever of them it is.",
    help="note in the timer's task that the time is up: an Elapsed from inside is an error like any other",
    show=("inner", "outer"),
)
def test_nested_timeouts_report_the_right_one(play):
    """of nested timeouts the shorter one is reported"""
    for inner, outer in ((LIMIT, 10.5), (10.5, LIMIT)):
        recording = play("nested", inner=inner, outer=outer)

        stopped_in_time(recording)
        assert recording.raised.isa("submission.Elapsed")
        assert recording.values("limit") == [LIMIT]
        assert recording.elapsed == LIMIT


@grading(
    points=6,
    diagnosis="edge-case",
    feedback="With a limit of 0 or less the operation still runs to its first wait. If it is finished by then, its "
    "value counts; if not, Elapsed is raised at once.",
    help="start the operation in any case, and let the timer sleep for `max(0, seconds)`",
    show=("limit", "expected"),
)
def test_zero_seconds_still_tries(play):
    """with no time at all it still tries"""
    for limit in (0, -1):
        tried = play("trying", limit=limit)
        assert not tried.raised
        assert tried.result == "done"

        in_vain = play("trying_in_vain", limit=limit)
        assert in_vain.raised.isa("submission.Elapsed")
        assert "begins" in in_vain.order
        assert in_vain.elapsed == 0


@grading(
    points=4,
    diagnosis="edge-case",
    feedback="A limit of math.inf means: wait as long as it takes.",
    help="do not calculate with the limit: `anyio.sleep` and deadlines take math.inf as it is",
    show=("expected",),
)
def test_forever_is_allowed(play):
    """a limit of math.inf never fires"""
    recording = play("unlimited")

    assert not recording.raised
    assert recording.result == "done"
    assert recording.elapsed == 100


@grading(
    points=8,
    diagnosis="judged-by-clock",
    feedback="The operation could not be stopped and finished after the limit. Its value (or error) is there, so it "
    "counts; it was thrown away.",
    help="look first whether the operation has left a value or an error, and only then at the time",
    show=("fails", "expected"),
)
def test_a_finished_value_is_never_thrown_away(play):
    """a late result counts if it exists"""
    committed = play("committing", fails=False)
    assert not committed.raised
    assert committed.result == "committed"

    assert play("committing", fails=True).raised == "boom"


@grading(
    points=9,
    diagnosis="swallowed-cancellation",
    schedules=5,
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


@grading(
    points=4,
    diagnosis="falsy-value",
    feedback="None, False, 0, () or an exception object that was returned got lost. They are ordinary results.",
    help="keep apart whether the operation is done, and what it returned: a list of one outcome, or a flag",
    show=("expected",),
)
def test_falsy_values(play):
    """None and returned exceptions are results too"""
    recording = play("odd_values")

    assert not recording.raised
    assert recording.result == [None, False, 0, (), token("an error")]
