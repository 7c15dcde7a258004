"""Hidden tests of ex04: judge recordings, on both backends, under every schedule."""

from grader.judge import grading, token

LIMIT = 2.5


@grading(
    points=9,
    diagnosis="losers-left-running",
    feedback="The operation took 2 s of the 5 s it had, and timeout() took another time than that. The whole 5 s "
    "means that the timer was not stopped; a little more than 2 s means polling.",
)
def test_in_time_returns_the_value(play):
    """a result in time is returned at once"""
    recording = play("working", needs=2, limit=5)

    assert recording.result == "done"
    assert recording.elapsed == 2


@grading(
    points=10,
    diagnosis="lost-error",
    feedback="The operation was too slow. Elapsed must be raised at the limit, neither earlier nor later, and its "
    "`seconds` are the limit.",
)
def test_too_slow_raises_elapsed(play):
    """a slow operation ends as Elapsed at the limit"""
    recording = play("working", needs=100, limit=LIMIT)

    assert recording.raised.isa("submission.Elapsed")
    assert recording.raised.bare
    assert recording.values("limit") == [LIMIT]
    assert recording.elapsed == LIMIT


@grading(
    points=3,
    diagnosis="lost-error",
    feedback="Callers catch TimeoutError. Keep the class Elapsed as it is in the stub.",
)
def test_elapsed_is_a_timeouterror(play):
    """Elapsed is a TimeoutError"""
    assert play("working", needs=100, limit=LIMIT).raised.isa("TimeoutError")


@grading(
    points=9,
    diagnosis="losers-left-running",
    feedback="The operation went on after its time was up. Giving up means stopping it.",
)
def test_slow_operation_is_stopped(play):
    """the slow operation is cancelled at the limit"""
    assert play("giving_up", limit=LIMIT).span("work").cancelled_at == LIMIT


@grading(
    points=8,
    diagnosis="cleanup-not-awaited",
    feedback="The cancelled operation needs 3 s to roll back, and Elapsed has to wait until it has.",
)
def test_cleanup_finishes_before_elapsed_is_raised(play):
    """the clean-up is over before Elapsed is raised"""
    recording = play("rolling_back", limit=LIMIT)

    assert recording.raised.isa("submission.Elapsed")
    assert recording.span("roll back").end == recording.span("timeout").end == LIMIT + 3


@grading(
    points=10,
    diagnosis="lost-error",
    feedback="The operation raised a ValueError, and something else came out, or it came out wrapped or late. "
    "`except ValueError` round timeout() must work.",
)
def test_errors_arrive_unchanged(play):
    """an error of the operation arrives as it is"""
    for after in (1, 0):
        recording = play("failing", kind="plain", after=after)

        assert recording.raised == "boom"
        assert recording.values("error") == [token("boom")]
        assert recording.elapsed == after


@grading(
    points=5,
    diagnosis="lost-error",
    feedback="The operation raised an ExceptionGroup of its own. It was taken apart, or another was put round it.",
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
)
def test_nested_timeouts_report_the_right_one(play):
    """of nested timeouts the shorter one is reported"""
    for inner, outer in ((LIMIT, 10.5), (10.5, LIMIT)):
        recording = play("nested", inner=inner, outer=outer)

        assert recording.raised.isa("submission.Elapsed")
        assert recording.values("limit") == [LIMIT]
        assert recording.elapsed == LIMIT


@grading(
    points=6,
    diagnosis="edge-case",
    feedback="With a limit of 0 or less the operation still runs to its first wait. If it is finished by then, its "
    "value counts; if not, Elapsed is raised at once.",
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


@grading(points=4, diagnosis="edge-case", feedback="A limit of math.inf means: wait as long as it takes.")
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
    feedback="Somebody else cancelled timeout() before the limit. That is not Elapsed: cancel the operation and let "
    "the cancellation go on its way.",
)
def test_outer_cancellation_is_not_elapsed(play):
    """cancelling timeout() is not Elapsed"""
    recording = play("cancelled_from_outside")

    assert not recording.raised
    assert recording.span("work").cancelled_at == recording.span("timeout").cancelled_at == 1


@grading(
    points=4,
    diagnosis="falsy-value",
    feedback="None, False, 0, () or an exception object that was returned got lost. They are ordinary results.",
)
def test_falsy_values(play):
    """None and returned exceptions are results too"""
    recording = play("odd_values")

    assert not recording.raised
    assert recording.result == [None, False, 0, (), token("an error")]
