"""Hidden tests of ex02: judge recordings of races, on both backends, under every schedule."""

from grader.authoring import Diagnosed, grading, token

MANY = 600
DAYS = 300_000.5
ERRORS = ("ValueError", "OSError", "TimeoutError", "LookupError", "EndOfStream", "WouldBlock", "false")


@grading(
    points=8,
    promise=2,
    diagnosis="wrong-winner",
    schedules=6,
    feedback="The contestants needed 3 s, 1 s and 2 s. The second one is the winner: its position is 1, and its value "
    "is what it returned.",
    help="start all of them, and let the first to finish store its position and its value",
    show=("seconds", "expected"),
)
def test_first_to_finish_wins(play):
    """the fastest wins, with position and value"""
    assert play("race", seconds={"slow": 3, "fast": 1, "middle": 2}).result == [1, "fast"]


@grading(
    points=6,
    promise=1,
    diagnosis="serial",
    schedules=2,
    feedback="Each contestant waits until all three are running. They never all ran at once: one was awaited before "
    "the next was started.",
    show=("expected",),
)
def test_all_contestants_start(play):
    """all run before the first has to finish"""
    recording = play("meeting")
    if not any(span.name in ("a", "b", "c") for span in recording.spans):
        raise Diagnosed("nothing-done", "select() came back, and had called none of its contestants.")
    # Who wins is asked by another test.
    assert recording.result


@grading(
    points=5,
    promise=1,
    diagnosis="serial",
    schedules=1,
    feedback="Six hundred contestants were given, and they did not all run at once.",
    help="start every contestant at once; there is no limit to how many run at the same time",
    show=("count",),
)
def test_all_run_at_once_however_many(play):
    """hundreds of contestants run at once, too"""
    recording = play("crowd", count=MANY)

    if recording.ended_as("deadlock"):
        raise Diagnosed(
            "serial",
            f"Each of {MANY} contestants waits until all are running, and that never happened: some are started only "
            "when others are done.",
            help="start every contestant at once; there is no limit to how many run at the same time",
        )
    called = recording.result
    if max(called) > 0:
        raise Diagnosed(
            "serial",
            f"{MANY} contestants were given. The last one was called {called[-1]:g} s after select() was awaited; all "
            "are to be called at once.",
            help="start all contestants without a pause in between",
        )


@grading(
    points=7,
    promise=5,
    diagnosis="losers-left-running",
    schedules=2,
    feedback="The race was decided after 1 s. A loser went on working; it must be cancelled.",
    help="let the first to finish call `tg.cancel_scope.cancel()`, which stops all other tasks of the group",
    show=("seconds",),
)
def test_losers_are_cancelled(play):
    """the losers are cancelled"""
    recording = play("race", seconds={"left": 100, "winner": 1, "right": 100})

    assert recording.span("left").how == recording.span("right").how == "cancelled"


@grading(
    points=7,
    promise=5,
    diagnosis="polling",
    schedules=2,
    feedback="The winner was done after 1.3719 s, and the losers were cancelled at another time.",
    help="let the task of the winner itself cancel the group: nobody has to look whether somebody is done",
    show=("seconds",),
)
def test_returns_the_moment_the_winner_is_done(play):
    """the losers are cancelled at that very moment"""
    recording = play("race", seconds={"left": 100, "winner": 1.3719, "right": 100})

    if recording.span("select").end == 100:
        raise Diagnosed(
            "losers-left-running",
            "The winner was done after 1.3719 s, and select() waited for the slowest contestant, until 100 s.",
            help="let the first to finish call `tg.cancel_scope.cancel()`, which stops all other tasks of the group",
        )
    # When select() itself is over is asked by another test.
    assert recording.span("left").cancelled_at == recording.span("right").cancelled_at == 1.3719


@grading(
    points=7,
    promise=6,
    diagnosis="cleanup-not-awaited",
    schedules=2,
    feedback="A loser needed 3 s to clean up after it had been cancelled. select() must be over when the clean-up is, "
    "neither before nor after.",
    help="return behind the `async with` of the task group: leaving it waits for every clean-up",
)
def test_loser_cleanup_is_awaited(play):
    """is over when the losers have cleaned up"""
    recording = play("tidying_up")
    over, tidied = recording.span("select").end, recording.span("clean-up").end

    if over > tidied:
        raise Diagnosed(
            "late-return",
            f"The last clean-up was finished after {tidied:g} s, and select() came back after {over:g} s.",
            help="return as soon as the task group is left: it waits exactly as long as the clean-up",
        )
    assert over == tidied


@grading(
    points=5,
    promise=3,
    diagnosis="falsy-value",
    schedules=3,
    feedback="The winner returned None, False, 0, an empty string or an exception object. It has won all the same.",
    help="do not look at the value: keep apart whether there is a winner, and what it returned",
    show=("value", "expected"),
)
def test_none_can_win(play):
    """None, 0 and returned exceptions can win"""
    values = ("first", None, False, 0, "", [])
    recording = play("odd_winners", values=values)

    for number, value in enumerate((*values, token("an error"))):
        winner = recording.attempt(f"race {number}").value
        if number and winner == [0, "first"]:
            raise Diagnosed(
                "stale-state",
                "select() was called once more, and told of the winner of an earlier race.",
                help="keep all that a race remembers in variables of this one call, not in the module",
            )
        assert winner == [0, value]


@grading(
    points=4,
    promise=5,
    diagnosis="edge-case",
    schedules=6,
    feedback="One contestant needs no waiting at all. It wins at once, and the contestants that had not begun yet are "
    "cancelled like the others.",
    help="cancel the scope of the whole group, `tg.cancel_scope`: it stops tasks that have not begun, too",
)
def test_an_instant_finisher_wins(play):
    """a contestant that never waits wins at once"""
    # The last one: where the tasks begin in another order than they are started, the others have not begun yet.
    recording = play("instant", position=2)

    assert recording.result == [2, "at once"]
    # At once: whether to the very moment is asked by another test.
    assert recording.elapsed < 1


@grading(
    points=7,
    promise=4,
    diagnosis="lost-error",
    schedules=2,
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
    assert recording.span("left").how == recording.span("right").how == "cancelled"


@grading(
    points=5,
    promise=4,
    diagnosis="lost-error",
    schedules=2,
    feedback="The first contestant to finish raised an error, and select() must raise this very object.",
    help="let every error decide the race, whatever its class, and raise no other one",
    show=("error",),
)
def test_any_error_decides(play):
    """an error of any kind decides"""
    recording = play("errors_of_all_kinds", errors=ERRORS)
    for error in ERRORS:
        attempt = recording.attempt(error)
        if attempt.how == "returned":
            raise Diagnosed(
                "lost-error",
                f"The first contestant to finish raised an error ({error}), and select() waited for a later success.",
                help="let every error decide the race, whatever its class",
            )
        assert attempt.raised == "boom"


@grading(
    points=4,
    promise=7,
    diagnosis="losers-left-running",
    schedules=4,
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
    points=6,
    promise=7,
    diagnosis="stale-state",
    schedules=3,
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

    recording = play("stubborn_after_a_failure")
    if recording.ended_as("returned"):
        raise Diagnosed(
            "stale-state",
            "The first to finish failed. A loser finished although it had been cancelled, and its value came out.",
            help="keep the first outcome, whether it is a value or an error",
        )
    # Which error comes out is asked by another test.
    assert recording.raised


@grading(
    points=4,
    promise=8,
    diagnosis="stale-state",
    schedules=6,
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
    points=4,
    promise=8,
    diagnosis="stale-state",
    schedules=6,
    feedback="A contestant that finished because another one had finished took its place. The first to finish has won, "
    "even if the next one follows at the same time.",
    help="decide in the step in which a contestant finishes, without an `await` between its end and the decision",
    show=("expected",),
)
def test_a_follower_has_lost(play):
    """who finishes right behind the first has lost"""
    recording = play("close_finish")

    assert not recording.raised
    assert recording.result == [1, "leader"]


@grading(
    points=7,
    promise=9,
    diagnosis="swallowed-cancellation",
    schedules=3,
    feedback="select() was cancelled from outside. It must cancel its contestants and let the cancellation go on its "
    "way.",
    help="take the shield away, and catch `Exception`, never `BaseException`: a cancellation has to pass",
)
def test_outer_cancellation_stops_everything(play):
    """cancelling select() cancels everything in it"""
    recording = play("cancelled_from_outside")

    for name in ("one", "two"):
        assert recording.span(name).cancelled_at == 2
    assert recording.span("select").cancelled_at == recording.span("clean-up").end == 5

    for recording in play.each_step("cancelled_at_each_step"):
        assert recording.stopped_at_once
        assert not recording.left_running
        if recording.caller.how != "cancelled":
            # Cancelled too late to matter: the race was decided.
            assert recording.span("two").how == "returned"


@grading(
    points=4,
    promise=10,
    diagnosis="edge-case",
    schedules=2,
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
    if recording.raised and not (recording.raised.bare and recording.raised.isa("ValueError")):
        raise Diagnosed(
            "edge-case",
            "select() of nothing must raise ValueError, and another exception came out.",
            help="look at the number of contestants first: `if not fns: raise ValueError(...)`",
        )
    assert recording.raised.isa("ValueError")


@grading(
    points=3,
    promise=2,
    diagnosis="edge-case",
    schedules=2,
    feedback="A race with one contestant has a winner: the only one.",
    help="refuse a race of nobody alone: one contestant is enough",
    show=("seconds", "expected"),
)
def test_one_contestant(play):
    """a race of one has a winner"""
    recording = play("race", seconds={"only": 1})

    assert not recording.raised
    assert recording.result == [0, "only"]


@grading(
    points=2,
    promise=2,
    diagnosis="judged-by-clock",
    schedules=3,
    feedback="The race takes days, and it ended before a contestant was done.",
    help="set no time limit: select() waits for the first contestant, however long that takes",
    show=("seconds",),
)
def test_a_race_may_take_days(play):
    """a race may take as long as it takes"""
    recording = play("race", seconds={"slow": 2 * DAYS, "faster": DAYS})

    assert not recording.raised
    assert recording.result == [1, "faster"]


@grading(
    points=2,
    promise=11,
    diagnosis="stale-state",
    schedules=3,
    feedback="select() was called four times, one call after another, and one behaved as if it knew of an earlier one.",
    help="keep everything that a call needs in variables of that call, and none in the module",
)
def test_calls_do_not_remember(play):
    """a call knows nothing of the calls before it"""
    recording = play("one_after_another")

    assert recording.attempt("first").value == [1, 1]
    _ = recording.attempt("fails").raised
    assert recording.attempt("second").value == [1, 2]


@grading(
    points=2,
    promise=11,
    diagnosis="stale-state",
    schedules=3,
    feedback="Two races were held at the same time, and one of them got in the way of the other.",
    help="keep everything that a call needs in variables of that call, and none in the module",
)
def test_calls_run_side_by_side(play):
    """two races at the same time do not meet"""
    recording = play("side_by_side")

    assert recording.values("one") == [[0, "one 1"]]
    assert recording.values("two") == [[1, "two 2"]]


@grading(
    points=1,
    promise=11,
    diagnosis="stale-state",
    schedules=3,
    feedback="A race of two races did not have the winner that it must have.",
    help="keep everything that a call needs in variables of that call, and none in the module",
    show=("expected",),
)
def test_races_nest(play):
    """a race of races has a winner"""
    assert play("nested").result == [1, [1, "1"]]
