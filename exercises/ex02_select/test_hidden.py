"""Hidden tests of ex02: judge recordings of races, on both backends, under every schedule."""

from grader.authoring import Diagnosed, grading, token


@grading(
    points=10,
    diagnosis="wrong-winner",
    feedback="The contestants needed 3 s, 1 s and 2 s. The second one is the winner: its position is 1, and its value "
    "is what it returned.",
    help="start all of them, and let the first to finish store its position and its value",
    show=("seconds", "expected"),
)
def test_first_to_finish_wins(play):
    """the fastest wins, with position and value"""
    assert play("race", seconds={"slow": 3, "fast": 1, "middle": 2}).result == [1, "fast"]


@grading(
    points=7,
    diagnosis="serial",
    feedback="Each contestant waits until all three are running. They never all ran at once: one was awaited before "
    "the next was started.",
    show=("expected",),
)
def test_all_contestants_start(play):
    """all run before the first has to finish"""
    assert play("meeting").result == [1, "b"]


@grading(
    points=10,
    diagnosis="losers-left-running",
    feedback="The race was decided after 1 s. A loser went on working; it must be cancelled.",
    help="let the first to finish call `tg.cancel_scope.cancel()`, which stops all other tasks of the group",
    show=("seconds",),
)
def test_losers_are_cancelled(play):
    """the losers are cancelled"""
    recording = play("race", seconds={"left": 100, "winner": 1, "right": 100})

    assert recording.span("left").how == recording.span("right").how == "cancelled"


@grading(
    points=9,
    diagnosis="polling",
    feedback="The winner was done after 1 s. select() was over at another time, or the losers were cancelled at "
    "another time.",
    help="let the task of the winner itself cancel the group: nobody has to look whether somebody is done",
    show=("seconds",),
)
def test_returns_the_moment_the_winner_is_done(play):
    """is over the moment the winner is done"""
    recording = play("race", seconds={"left": 100, "winner": 1, "right": 100})

    if recording.span("select").end == 100:
        raise Diagnosed(
            "losers-left-running",
            "The winner was done after 1 s, and select() waited for the slowest contestant, until 100 s.",
            help="let the first to finish call `tg.cancel_scope.cancel()`, which stops all other tasks of the group",
        )
    assert recording.span("select").end == 1
    assert recording.span("left").cancelled_at == recording.span("right").cancelled_at == 1


@grading(
    points=9,
    diagnosis="cleanup-not-awaited",
    feedback="A loser needed 3 s to clean up after it had been cancelled. select() must be over when the clean-up is, "
    "neither before nor after.",
    help="return behind the `async with` of the task group: leaving it waits for every clean-up",
)
def test_loser_cleanup_is_awaited(play):
    """waits for the clean-up of the losers"""
    recording = play("tidying_up")

    assert recording.span("select").end == recording.span("clean-up").end
    assert recording.result == [1, "winner"]


@grading(
    points=5,
    diagnosis="falsy-value",
    feedback="The winner returned None, False, 0, an empty string or an exception object. It has won all the same.",
    help="do not look at the value: keep apart whether there is a winner, and what it returned",
    show=("value", "expected"),
)
def test_none_can_win(play):
    """None, 0 and returned exceptions can win"""
    for value in (None, False, 0, ""):
        recording = play("odd_winner", value=value)
        assert not recording.raised
        assert recording.result == [0, value]

    recording = play("error_as_value")
    assert not recording.raised
    assert recording.result == [0, token("an error")]


@grading(
    points=5,
    diagnosis="edge-case",
    feedback="The first contestant needs no waiting at all. It wins at once, and the contestants that had not begun "
    "yet are cancelled like the others.",
    help="cancel the scope of the whole group, `tg.cancel_scope`: it stops tasks that have not begun, too",
)
def test_an_instant_finisher_wins(play):
    """a contestant that never waits wins at once"""
    recording = play("instant")

    assert recording.result == [0, "at once"]
    # At once: whether to the very moment is asked by another test.
    assert recording.elapsed < 1


@grading(
    points=9,
    diagnosis="lost-error",
    feedback="The first contestant to finish failed, after 1 s. That is the outcome: its error must be raised at "
    "once, and the others are cancelled.",
    help="treat an error like a value: the first outcome of either kind decides the race",
)
def test_first_to_fail_decides_too(play):
    """the first to fail decides too"""
    recording = play("fast_failure")

    if recording.raised and not any(leaf.token == "boom" for leaf in recording.raised.leaves):
        raise Diagnosed(
            "lost-error",
            "The first contestant to finish raised ValueError, and another exception came out in its place.",
            help="keep the very exception of the contestant, and raise that behind the group",
        )
    assert recording.raised == "boom"
    assert recording.span("left").cancelled_at == recording.span("right").cancelled_at == 1


@grading(
    points=5,
    diagnosis="losers-left-running",
    feedback="A loser would have failed one second after the end of the race. Its error must not come out.",
    help="cancel the losers as soon as the race is decided: then there is no later error",
    show=("expected",),
)
def test_a_loser_that_would_have_failed_is_no_error(play):
    """what a loser would have raised is no error"""
    recording = play("late_failure")

    assert not recording.raised
    assert recording.result == [0, "winner"]


@grading(
    points=8,
    diagnosis="stale-state",
    feedback="A loser finished in spite of being cancelled and took the place of the winner. The first decision "
    "counts.",
    help="store the winner only if there is none yet",
    show=("expected",),
)
def test_winner_is_not_overwritten(play):
    """a loser that finishes later changes nothing"""
    recording = play("stubborn_losers")

    assert not recording.raised
    assert recording.result == [1, "winner"]


@grading(
    points=6,
    diagnosis="stale-state",
    feedback="Four contestants finished at the same instant. The index that came back was that of one, and the value "
    "that of another.",
    help="store index and value as one object, without an `await` between looking and storing",
)
def test_index_and_value_match_in_a_tie(play):
    """index and value belong together in a tie"""
    recording = play("photo_finish")

    assert not recording.raised
    index, value = recording.result
    assert index == value
    assert index in range(4)


@grading(
    points=9,
    diagnosis="swallowed-cancellation",
    schedules=5,
    feedback="select() was cancelled from outside. It must cancel its contestants and let the cancellation go on its "
    "way.",
    help="take the shield away, and catch `Exception`, never `BaseException`: a cancellation has to pass",
)
def test_outer_cancellation_stops_everything(play):
    """cancelling select() cancels everything in it"""
    recording = play("cancelled_from_outside")

    for name in ("one", "two", "select"):
        assert recording.span(name).cancelled_at == 2

    for recording in play.each_step("cancelled_at_each_step"):
        assert recording.stopped_at_once
        assert not recording.left_running
        if recording.caller.how != "cancelled":
            # Cancelled too late to matter: the race was decided.
            assert recording.span("two").how == "returned"


@grading(
    points=4,
    diagnosis="edge-case",
    feedback="select() of nothing must raise ValueError: there is nothing that could ever finish.",
    help="look at the number of contestants first: `if not fns: raise ValueError(...)`",
)
def test_nothing_to_wait_for(play):
    """select() of nothing raises ValueError"""
    recording = play("nobody")

    if recording.ended_as("deadlock", "late"):
        raise Diagnosed(
            "edge-case",
            "select() of nothing waits for ever: there is nobody who could win. It must raise ValueError.",
            help="look at the number of contestants first: `if not fns: raise ValueError(...)`",
        )
    if recording.raised and not recording.raised.isa("ValueError"):
        raise Diagnosed(
            "edge-case",
            "select() of nothing must raise ValueError, and another exception came out.",
            help="look at the number of contestants first: `if not fns: raise ValueError(...)`",
        )
    assert recording.raised.isa("ValueError")


@grading(
    points=4,
    diagnosis="edge-case",
    feedback="A race with one contestant has a winner: the only one.",
    help="refuse a race of nobody alone: one contestant is enough",
    show=("seconds", "expected"),
)
def test_one_contestant(play):
    """a race of one has a winner"""
    recording = play("race", seconds={"only": 1})

    assert not recording.raised
    assert recording.result == [0, "only"]
