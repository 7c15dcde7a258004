"""Hidden tests of ex01: judge recordings, on both backends, under every schedule."""

from itertools import accumulate

from grader.authoring import Diagnosed, grading, token

SECONDS = {"a": 3, "b": 5, "c": 2}


@grading(
    points=10,
    diagnosis="completion-order",
    feedback="join() returned something else than the results of its functions, in the order of its arguments.",
    help="store each result by the position of its function, and return all of them when every task is done",
    show=("seconds", "expected"),
)
def test_results_in_argument_order(play):
    """results come back in argument order"""
    assert play("working", seconds=SECONDS).result == ["a", "b", "c"]


@grading(
    points=12,
    diagnosis="serial",
    feedback="Each function waits until all three are running. They never all ran at once: one was awaited before "
    "the next was started.",
    show=("expected",),
)
def test_all_started_before_any_finishes(play):
    """all run before the first has to finish"""
    assert play("meeting").result == ["a", "b", "c"]


@grading(
    points=8,
    diagnosis="serial",
    feedback="The slowest function takes 5 s, and join() took another time than that.",
    show=("seconds",),
)
def test_takes_as_long_as_the_slowest(play):
    """takes exactly as long as the slowest function"""
    assert play("working", seconds=SECONDS).elapsed == 5


@grading(
    points=4,
    diagnosis="edge-case",
    feedback="join() of nothing must return an empty list.",
    help="do without a special case for no functions: a loop over nothing runs no turn, and a list of nothing is empty",
    show=("expected",),
)
def test_zero_functions(play):
    """join() of nothing returns an empty list"""
    assert play("nothing").result == []


@grading(
    points=6,
    diagnosis="eager",
    feedback="A function was called although nobody had awaited join() yet, or the calls did not happen when it was.",
    help="write `async def join(*fns)` and do everything inside of it: nothing of that runs before the `await`",
)
def test_awaiting_is_what_starts_it(play):
    """nothing is called before join() is awaited"""
    assert play("not_awaited_yet").order == ["join is awaited", "job runs", "job runs"]


@grading(
    points=6,
    diagnosis="falsy-value",
    feedback="The functions returned None, False, 0, () and an exception object. All five are ordinary results, and "
    "one of them got lost or was raised.",
    help="do not look at the value: keep apart whether a function is done, and what it returned",
    show=("expected",),
)
def test_any_value_is_a_value(play):
    """None, 0 and returned exceptions are results"""
    recording = play("odd_values")

    assert not recording.raised
    assert recording.result == [None, False, 0, (), token("an error")]


@grading(
    points=4,
    diagnosis="completion-order",
    feedback="The same function given three times must run three times, and every call has its own result.",
    help="give each call a place of its own for its result: by position, not by function",
)
def test_same_function_twice_runs_twice(play):
    """a function given three times runs three times"""
    result = play("thrice").result

    if len(result) != 3 or result in ([1, 1, 1], [2, 2, 2], [3, 3, 3]):
        raise Diagnosed(
            "overwritten-result",
            f"The same function was given three times and returned 1, 2 and 3. join() returned {result}: the results "
            "share one place.",
            help="give each result a place of its own, by position; the function is the same key three times",
        )
    assert set(result) == {1, 2, 3}


@grading(
    points=12,
    diagnosis="siblings-left-running",
    feedback="After one function had failed the others went on; they must be cancelled at once, and the error must "
    "reach the caller.",
    help="let the error leave its task: the task group then cancels the other tasks and raises it",
)
def test_first_error_cancels_the_rest_at_once(play):
    """the first error cancels the others at once"""
    recording = play("one_fails", after=1)

    if recording.ended_as("returned"):
        raise Diagnosed(
            "lost-error",
            "One function raised ValueError, and join() returned as if nothing had happened: the error is lost.",
            help="let the error leave its task: the task group cancels the other tasks and raises it",
        )
    if recording.raised and not any(leaf.token == "boom" for leaf in recording.raised.leaves):
        raise Diagnosed(
            "lost-error",
            "One function raised ValueError, and another exception came out in its place.",
            help="let the very exception of the function leave its task, and raise no other one",
        )
    assert recording.raised == "boom"
    assert recording.span("left").cancelled_at == recording.span("right").cancelled_at == 1


@grading(
    points=8,
    diagnosis="cleanup-not-awaited",
    feedback="join() was over while a cancelled function was still cleaning up, or the error came too late.",
    help="return, or raise, behind the `async with` of the task group: leaving it waits for every clean-up",
)
def test_cleanup_of_cancelled_siblings_is_awaited(play):
    """join() waits for the clean-up of what it cancels"""
    recording = play("tidying_up")

    assert recording.raised == "boom"
    assert recording.span("clean-up").end == recording.span("join").end == 4


@grading(
    points=5,
    diagnosis="lost-error",
    feedback="A function failed before its first await, and its error did not come out of join() at once.",
    help="let the error leave its task: the task group then cancels the other tasks and raises it",
)
def test_error_before_first_await_still_propagates(play):
    """an error before the first await counts too"""
    recording = play("one_fails", after=0)

    assert recording.raised == "boom"
    assert recording.elapsed == 0


@grading(
    points=10,
    diagnosis="swallowed-cancellation",
    schedules=5,
    feedback="join() was cancelled from outside. It must cancel its functions and let the cancellation go on its way.",
    help="take the shield away, and catch `Exception`, never `BaseException`: a cancellation has to pass",
)
def test_outer_cancellation_stops_everything(play):
    """cancelling join() cancels everything in it"""
    recording = play("cancelled_from_outside")

    for name in ("one", "two", "join"):
        assert recording.span(name).cancelled_at == 2

    for recording in play.each_step("cancelled_at_each_step"):
        assert recording.stopped_at_once
        assert not recording.left_running
        if recording.caller.how != "cancelled":
            # Cancelled too late to matter, and half of the work would not do.
            assert recording.span("one").how == recording.span("two").how == "returned"


@grading(
    points=8,
    diagnosis="no-checkpoint",
    feedback="One function ran far ahead of the other; under join() they take turns.",
    help="run each function in a task of its own: tasks of one group take turns",
)
def test_join_is_fair(play):
    """the functions take turns"""
    order = play("taking_turns").order
    lead = list(accumulate(1 if name == "a" else -1 for name in order))

    assert len(order) == 60
    assert max(map(abs, lead)) <= 2


@grading(
    points=7,
    diagnosis="serial",
    feedback="A join() of two join()s did not work like one big join().",
    help="keep everything that a call needs in variables of that call, and none in the module",
    show=("expected",),
)
def test_joins_nest(play):
    """a join() of join()s is one big join()"""
    recording = play("nested")

    assert recording.result == [["a", "b"], ["c", "d"]]
    assert recording.elapsed == 2
