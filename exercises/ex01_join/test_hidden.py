"""Hidden tests of ex01: judge recordings, on both backends, under every schedule."""

from itertools import accumulate

from grader.authoring import Diagnosed, grading, token

# Neither in the order of the alphabet nor in that of completion; and no pause of a round length ends with the slowest.
SECONDS = {"film": 3.1, "song": 5.3719, "book": 2.2}
DAYS = 300_000.5
MANY = 600
ERRORS = ("ValueError", "OSError", "TimeoutError", "LookupError", "EndOfStream", "WouldBlock", "false")


@grading(
    points=8,
    promise=5,
    diagnosis="completion-order",
    schedules=6,
    feedback="join() returned something else than the results of its functions, in the order of its arguments.",
    help="store each result by the position of its function, and return all of them when every task is done",
    show=("seconds", "expected"),
)
def test_results_in_argument_order(play):
    """results come back in argument order"""
    assert play("working", seconds=SECONDS).result == ["film", "song", "book"]


@grading(
    points=9,
    promise=3,
    diagnosis="serial",
    schedules=2,
    feedback="Each function waits until all three are running. They never all ran at once: one was awaited before "
    "the next was started.",
    show=("expected",),
)
def test_all_started_before_any_finishes(play):
    """all run before the first has to finish"""
    assert play("meeting").result == ["a", "b", "c"]


@grading(
    points=5,
    promise=3,
    diagnosis="serial",
    schedules=1,
    feedback="Six hundred functions were given, and they did not all run at once.",
    help="start every function at once; there is no limit to how many run at the same time",
    show=("count",),
)
def test_all_run_at_once_however_many(play):
    """hundreds of functions run at once, too"""
    recording = play("crowd", count=MANY)

    if recording.ended_as("deadlock"):
        raise Diagnosed(
            "serial",
            f"Each of {MANY} functions waits until all are running, and that never happened: some are started only "
            "when others are done.",
            help="start every function at once; there is no limit to how many run at the same time",
        )
    called = recording.result
    if max(called) > 0:
        raise Diagnosed(
            "serial",
            f"{MANY} functions were given. The last one was called {called[-1]:g} s after join() was awaited; all are "
            "to be called at once.",
            help="start all functions without a pause in between",
        )


@grading(
    points=8,
    promise=7,
    diagnosis="serial",
    schedules=3,
    feedback="join() was not over at the moment at which the slowest function was done.",
    show=("seconds",),
)
def test_takes_as_long_as_the_slowest(play):
    """takes exactly as long as the slowest function"""
    elapsed, slowest = play("working", seconds=SECONDS).elapsed, max(SECONDS.values())
    if slowest < elapsed < sum(SECONDS.values()):
        raise Diagnosed(
            "late-return",
            f"join() came back after {elapsed:g} s; the slowest function takes {slowest:g} s.",
            help="return as soon as the task group is left: it waits exactly as long as its slowest task",
        )
    assert elapsed == slowest

    # A limit of a minute, an hour or a day would show.
    elapsed = play("working", seconds={"short": 1, "very long": DAYS}).elapsed
    if elapsed < DAYS:
        raise Diagnosed(
            "judged-by-clock",
            f"The slowest function takes {DAYS:,g} s. join() was over after {elapsed:,g} s, before it was done.",
            help="set no time limit: join() waits for its functions, however long they take",
        )
    assert elapsed == DAYS


@grading(
    points=4,
    promise=8,
    diagnosis="edge-case",
    schedules=2,
    feedback="join() of nothing must return an empty list.",
    help="do without a special case for no functions: a loop over nothing runs no turn, and a list of nothing is empty",
    show=("expected",),
)
def test_zero_functions(play):
    """join() of nothing returns an empty list"""
    assert play("nothing").result == []


@grading(
    points=6,
    promise=1,
    diagnosis="eager",
    schedules=2,
    feedback="A function was called although nobody had awaited join() yet, or the calls did not happen when it was.",
    help="write `async def join(*fns)` and do everything inside of it: nothing of that runs before the `await`",
)
def test_awaiting_is_what_starts_it(play):
    """nothing is called before join() is awaited"""
    assert play("not_awaited_yet").order == ["join is awaited", "job is called", "job is called"]


@grading(
    points=6,
    promise=6,
    diagnosis="falsy-value",
    schedules=3,
    feedback="The functions returned None, False, 0, empty text, other values and exception objects. All of them are "
    "ordinary results, and one of them got lost, was changed or was raised.",
    help="do not look at the value: keep apart whether a function is done, and what it returned",
    show=("expected",),
)
def test_any_value_is_a_value(play):
    """None, 0 and returned exceptions are results"""
    recording = play("odd_values")
    error = token("an error")

    assert not recording.raised
    assert recording.result == [None, False, 0, "", (), [1, 2], {}, token("..."), error, None, error]


@grading(
    points=4,
    promise=2,
    diagnosis="completion-order",
    schedules=2,
    feedback="The same function given three times must run three times, and every call has its own result.",
    help="give each call a place of its own for its result: by position, not by function",
)
def test_same_function_twice_runs_twice(play):
    """a function given three times runs three times"""
    recording = play("thrice")
    result = recording.result

    if len(recording.marks) != 3:
        calls = "once" if len(recording.marks) == 1 else f"{len(recording.marks)} times"
        raise Diagnosed(
            "overwritten-result",
            f"The same function was given three times, and it was called {calls}.",
            help="call a function for each position, and store the result by position",
        )
    if len(result) != 3 or result in ([1, 1, 1], [2, 2, 2], [3, 3, 3]):
        raise Diagnosed(
            "overwritten-result",
            f"The same function was given three times and returned 1, 2 and 3. join() returned {result}: the results "
            "share one place.",
            help="give each result a place of its own, by position; the function is the same key three times",
        )
    assert set(result) == {1, 2, 3}


@grading(
    points=3,
    promise=2,
    diagnosis="lost-error",
    schedules=2,
    feedback="A function that had failed was called again. Each is called exactly once.",
    help="call each function once; whether it is tried again is the caller's decision",
)
def test_no_second_try(play):
    """a function that fails is not called again"""
    assert play("better_next_time").result == 1


@grading(
    points=7,
    promise=9,
    diagnosis="siblings-left-running",
    schedules=6,
    feedback="After one function had failed the others went on; they must be cancelled at once.",
    help="let the error leave its task: the task group then cancels the other tasks and raises it",
)
def test_first_error_cancels_the_rest_at_once(play):
    """the first error cancels the others at once"""
    recording = play("one_fails", after=1.37)

    if recording.ended_as("returned"):
        raise Diagnosed(
            "lost-error",
            "One function raised ValueError, and join() returned as if nothing had happened: the error is lost.",
            help="let the error leave its task: the task group cancels the other tasks and raises it",
        )
    # Which error comes out is asked by another test.
    _ = recording.raised
    assert recording.span("left").cancelled_at == recording.span("right").cancelled_at == 1.37
    assert recording.elapsed == 1.37

    recording = play("one_fails", after=0, position=2)
    _ = recording.raised
    if recording.elapsed > 0:
        raise Diagnosed(
            "siblings-left-running",
            f"A function failed before its first await. join() was over {recording.elapsed:g} s later; the others must "
            "be cancelled at once, also those that have not begun.",
            help="cancel the scope of the whole group: it stops tasks that have not begun, too",
        )


@grading(
    points=5,
    promise=9,
    diagnosis="cleanup-not-awaited",
    schedules=2,
    feedback="join() was over while a cancelled function was still cleaning up.",
    help="return, or raise, behind the `async with` of the task group: leaving it waits for every clean-up",
)
def test_cleanup_of_cancelled_siblings_is_awaited(play):
    """join() waits for the clean-up of what it cancels"""
    recording = play("tidying_up")

    _ = recording.raised
    assert recording.span("clean-up").end <= recording.span("join").end


@grading(
    points=4,
    promise=10,
    diagnosis="lost-error",
    schedules=2,
    feedback="A function failed before its first await, and its error did not come out of join().",
    help="let the error leave its task: the task group then cancels the other tasks and raises it",
)
def test_error_before_first_await_still_propagates(play):
    """an error before the first await counts too"""
    assert play("one_fails", after=0).raised == "boom"


@grading(
    points=6,
    promise=10,
    diagnosis="lost-error",
    schedules=2,
    feedback="A function raised an error, and join() must raise this very object.",
    help="let the very exception of the function leave its task, and raise no other one",
    show=("error",),
)
def test_the_very_error_is_raised(play):
    """the error that comes out is the original one"""
    recording = play("errors_of_all_kinds", errors=ERRORS)
    for error in ERRORS:
        attempt = recording.attempt(error)
        if attempt.how == "returned":
            raise Diagnosed(
                "lost-error",
                f"A function raised an error ({error}), and join() returned as if nothing had happened.",
                help="let every error leave its task: the task group cancels the other tasks and raises it",
            )
        if attempt.raised and not any(leaf.token == "boom" for leaf in attempt.raised.leaves):
            raise Diagnosed(
                "lost-error",
                f"A function raised an error ({error}), and another exception came out in its place.",
                help="let the very exception of the function leave its task, and raise no other one",
            )
        assert attempt.raised == "boom"


@grading(
    points=4,
    promise=10,
    diagnosis="lost-error",
    schedules=3,
    feedback="Several functions failed. At least one of their errors must come out, and no other one.",
    help="raise one of the errors that there are, or let the task group raise them; make none of your own",
    show=("after", "count"),
)
def test_several_errors(play):
    """of several errors one comes out, none invented"""
    for after in (0, 1):
        recording = play("several_fail", after=after, count=3)
        came_out = {leaf.token for leaf in recording.raised.leaves} if recording.raised else set()
        assert came_out
        assert came_out <= {"boom 0", "boom 1", "boom 2"}

    recording = play("fails_while_tidying_up")
    came_out = {leaf.token for leaf in recording.raised.leaves} if recording.raised else set()
    if "boom" not in came_out:
        raise Diagnosed(
            "lost-error",
            "One function failed, and the clean-up of another one failed after it. The first error did not come out.",
            help="keep the error that came first",
        )
    assert came_out <= {"boom", "clean-up"}


@grading(
    points=7,
    promise=11,
    diagnosis="swallowed-cancellation",
    schedules=2,
    feedback="join() was cancelled from outside. It must cancel its functions and let the cancellation go on its way.",
    help="take the shield away, and catch `Exception`, never `BaseException`: a cancellation has to pass",
)
def test_outer_cancellation_stops_everything(play):
    """cancelling join() cancels everything in it"""
    recording = play("cancelled_from_outside")

    for name in ("one", "two"):
        assert recording.span(name).cancelled_at == 2
    assert recording.span("join").cancelled_at == recording.span("clean-up").end == 5

    for recording in play.each_step("cancelled_at_each_step"):
        assert recording.stopped_at_once
        assert not recording.left_running
        if recording.caller.how != "cancelled":
            # Cancelled too late to matter, and half of the work would not do.
            assert recording.span("one").how == recording.span("two").how == "returned"


@grading(
    points=5,
    promise=4,
    diagnosis="no-checkpoint",
    schedules=2,
    feedback="One function ran far ahead of the other; under join() they take turns.",
    help="run each function in a task of its own: tasks of one group take turns",
)
def test_join_is_fair(play):
    """the functions take turns"""
    order = play("taking_turns").order
    lead = max(map(abs, accumulate(1 if name == "a" else -1 for name in order)))

    assert len(order) == 60
    if lead > 10:
        raise Diagnosed(
            "no-checkpoint",
            f"One function was about {round(lead, -1)} turns ahead of the other; under join() they take turns.",
            help="start all functions without a pause in between, each in a task of its own: such tasks take turns",
        )


@grading(
    points=3,
    promise=12,
    diagnosis="stale-state",
    schedules=2,
    feedback="A join() of two join()s did not work like one big join().",
    help="keep everything that a call needs in variables of that call, and none in the module",
    show=("expected",),
)
def test_joins_nest(play):
    """a join() of join()s is one big join()"""
    recording = play("nested")

    assert sorted(map(sorted, recording.result)) == [["a", "b"], ["c", "d"]]
    for name, end in {"a": 1, "b": 2, "c": 2, "d": 3}.items():
        assert recording.span(name).end == end


@grading(
    points=3,
    promise=12,
    diagnosis="stale-state",
    schedules=2,
    feedback="join() was called four times, one call after another, and one behaved as if it knew of an earlier one.",
    help="keep everything that a call needs in variables of that call, and none in the module",
)
def test_calls_do_not_remember(play):
    """a call knows nothing of the calls before it"""
    recording = play("one_after_another")

    assert sorted(recording.attempt("three").value) == [1, 2, 3]
    _ = recording.attempt("fails").raised
    assert sorted(recording.attempt("two").value) == [4, 5]


@grading(
    points=3,
    promise=12,
    diagnosis="stale-state",
    schedules=2,
    feedback="Two calls of join() ran at the same time, and one of them got in the way of the other.",
    help="keep everything that a call needs in variables of that call, and none in the module",
)
def test_calls_run_side_by_side(play):
    """two calls at the same time do not meet"""
    recording = play("side_by_side")

    for name in ("one", "two"):
        (results,) = recording.values(name)
        assert sorted(results) == [f"{name} 1", f"{name} 2"]
