"""Hidden tests of ex11: judge what the tasks of the learner's own executor have marked. There is no event loop."""

from itertools import pairwise

import pytest

from grader.authoring import Diagnosed, grading, token

MANY = [f"task {number:02}" for number in range(40)]
ODD_VALUES = ("a value", None, 0, False, "", [1, 2])


def before(recording, name):
    """The marks before the first of that name, or all if there is none."""
    return recording.marks[: [*recording.order, name].index(name)]


# ---- futures ---------------------------------------------------------------------------------------------------------


@grading(
    points=4,
    promise=1,
    diagnosis="stale-state",
    feedback="A future that is set already was set again. That is a RuntimeError, and what it was set to first stays.",
    help="begin `set_result` and `set_exception` with `if self.done(): raise RuntimeError(...)`",
    show=("first", "second"),
)
def test_a_future_is_set_once(play):
    """a future is set only once"""
    for first in ("set_result", "set_exception"):
        for second in ("set_result", "set_exception"):
            recording = play("set_twice", first=first, second=second)

            again, result = recording.attempt("again"), recording.attempt("result")
            if again.how == "returned":
                raise Diagnosed(
                    "stale-state",
                    f"A future was set by {first}(), and {second}() after that raised nothing. It is set once.",
                    help="begin `set_result` and `set_exception` with `if self.done(): raise RuntimeError(...)`",
                )
            assert again.raised.isa("RuntimeError")
            assert result.value == "the value" if first == "set_result" else result.raised == "the error"
            assert recording.result


@grading(
    points=6,
    promise=2,
    diagnosis="no-wake",
    feedback="Several tasks waited for one future, and it was set. All of them must go on, the first to wait first.",
    help="keep a list of wakers in the future, and call each of them, from the first on",
    show=("waiters", "setting"),
)
@pytest.mark.parametrize("setting", ["set_result", "set_exception"])
def test_every_waiter_goes_on(play, setting):
    """everyone who waits for a future goes on"""
    for waiters in (2, 5, 300):
        recording = play("many_wait", waiters=waiters, setting=setting)

        waited, woken = recording.values("waits"), recording.values("goes on")
        if len(set(woken)) < waiters:
            raise Diagnosed(
                "no-wake",
                f"{waiters} tasks waited for one future. It was set, and {len(set(woken))} of them went on.",
                help="keep a list of wakers in the future, and call each of them",
            )
        if woken != waited:
            raise Diagnosed(
                "unfair-queue",
                f"{waiters} tasks waited for one future, and did not go on in the order in which they began to wait.",
                help="call the wakers in the order in which they were added",
            )
        assert len(woken) == waiters


@grading(
    points=5,
    promise=3,
    diagnosis="runs-on-the-spot",
    feedback="A task set a future. The task that waited for it ran inside of set_result() or set_exception().",
    help="let the waker put the task into the queue, and do nothing else: run() takes it out when its turn comes",
    show=("setting",),
)
@pytest.mark.parametrize("setting", ["set_result", "set_exception"])
def test_setting_only_queues(play, setting):
    """setting a future runs no waiter yet"""
    order = play("set_in_a_turn", setting=setting).order

    assert order.index("is set") == order.index("set") + 1
    assert "goes on" in order


@grading(
    points=3,
    promise=3,
    diagnosis="runs-on-the-spot",
    feedback="3000 tasks woke each other in a chain, each the next one. The last one has to go on like the first.",
    help="let the waker put the task into the queue: a task that runs inside of the call that wakes it piles up calls",
    show=("links",),
)
def test_long_chains_of_wakes(play):
    """a chain of 3000 tasks that wake each other"""
    recording = play("chain", links=3000)

    assert not recording.attempt("run").raised
    assert "the last link" in recording.order


@grading(
    points=4,
    promise=4,
    diagnosis="lost-value",
    feedback="result() must return the very value that was set, or raise the very error; before that, RuntimeError.",
    help="keep three things apart: whether the future is set, its value, and its error",
    show=("value", "kind"),
)
def test_result_is_what_was_set(play):
    """result() is the value or the error that was set"""
    for value in ODD_VALUES:
        recording = play("value_of", value=value)
        if not recording.attempt("before").raised.isa("RuntimeError"):
            raise Diagnosed(
                "edge-case",
                "result() was called before the future was set, and did not raise RuntimeError.",
                help="begin `result` with `if not self.done(): raise RuntimeError(...)`",
            )
        if not recording.values("done") == [False, True]:
            raise Diagnosed(
                "falsy-value",
                f"A future was set to {value!r}. done() is False before that and True after it, and here it was not.",
                help="keep whether it is set in a variable of its own, and not in the value",
            )
        for name in ("result", "result once more", "awaited"):
            assert recording.attempt(name).value == value
    recording = play("objects_of")
    assert recording.attempt("object").value == token("an object")
    if recording.attempt("error").how == "raised":
        raise Diagnosed(
            "lost-value",
            "An exception object was set as the value, by set_result(). result() raised it; it has to return it.",
            help="raise what set_exception() has set, and nothing else: keep value and error apart",
        )
    assert recording.attempt("error").value == token("a value")
    for kind in ("ValueError", "IndexError"):
        recording = play("error_in", kind=kind)
        for name in ("result", "result once more", "awaited"):
            if not recording.attempt(name).raised == "boom":
                raise Diagnosed(
                    "lost-error",
                    f"A future was set to a {kind}. `{name}` did not raise that very exception.",
                    help="raise the stored exception each time, and keep it",
                )
        assert recording.values("done") == [True]


@grading(
    points=4,
    promise=5,
    diagnosis="no-wake",
    feedback="Functions were added by add_waker(). Each is called once, when the future is ready, the first one first.",
    help="call it at once if the future is ready, and keep it for set_result() and set_exception() if not",
    show=("setting",),
)
def test_wakers_are_called_once(play):
    """a waker is called once, at once if it is ready"""
    for setting in ("set_result", "set_exception"):
        recording = play("woken", setting=setting)
        called = recording.values("called")
        names = [name for name, _ in called]
        if "d" not in names:
            raise Diagnosed(
                "no-wake",
                "A waker was added to a future that was ready already, and was never called.",
                help="`if self.done(): wake()` in `add_waker`",
            )
        if not all(done for _, done in called):
            raise Diagnosed(
                "no-wake",
                "A waker was called, and the future that it was added to was not done() yet.",
                help="set the value first, and call the wakers after that",
            )
        assert names == ["a", "b", "c", "d", "e"]
        assert recording.order == ["set", *["called"] * 3, "is set", "called", "added", "called"]
    assert play("woken_from_a_waker").order == ["first", "second", "third"]


@grading(
    points=4,
    promise=6,
    diagnosis="ready-waits",
    feedback="A task awaited something that was ready, and another task ran before it went on.",
    help="return at once if the future is ready: `if not self.done(): yield self`",
    show=("kind",),
)
def test_what_is_ready_costs_no_turn(play):
    """awaiting what is ready gives up no turn"""
    for kind in ("a future", "a task that has ended", "a timer that is over"):
        order = play("ready_already", kind=kind).order

        if "after" not in order:
            raise Diagnosed(
                "no-wake",
                f"A task awaited {kind.replace('a future', 'a future that was ready')}, and never went on.",
                help="do not wait for what is ready: nothing will wake the task",
            )
        assert order.index("after") == order.index("before") + 1


@grading(
    points=7,
    promise=7,
    diagnosis="polling",
    feedback="A task waited for a future. Its code was resumed although the future was not ready.",
    help="give the future a waker, and put the task back into the queue only there",
    show=("turns",),
)
def test_waiting_tasks_rest(play):
    """a task that waits is not resumed in vain"""
    recording = play("resting", turns=50)

    # Time does not move for an executor that polls, and it never comes to its end.
    recording.ended_as("never-returns", "limit")
    looks = sum(mark.name == "looks" for mark in before(recording, "set"))
    if looks > 1:
        raise Diagnosed(
            "polling",
            f"A task waited for a future. Before that was ready, its code was resumed {looks - 1} times in vain.",
            help="give the future a waker, and put the task back into the queue only there",
        )
    assert recording.order.count("looks") == 2
    assert recording.order[-1] == "over"
    assert "goes on" in recording.order


# ---- turns -----------------------------------------------------------------------------------------------------------


@grading(
    points=6,
    promise=8,
    diagnosis="unfair-queue",
    feedback="Tasks gave way by `await yield_now()`. Between two turns of one, each of the others must have one.",
    help="let yield_now() put the task behind all others in the queue, and go on only when its turn comes again",
    show=("names", "rounds"),
)
def test_giving_way(play):
    """yield_now() gives every other task one turn"""
    for names, rounds in ((["a", "b"], 3), (MANY, 4)):
        taken = play("turns", names=names, rounds=rounds).values("turn")

        assert len(taken) == len(names) * rounds
        shares = [taken[start : start + len(names)] for start in range(0, len(taken), len(names))]
        if all(len(set(taken[n * rounds : (n + 1) * rounds])) == 1 for n in range(len(names))):
            raise Diagnosed(
                "unfair-queue",
                f"{len(names)} tasks gave way after each turn, and each had all of its turns before the next one ran.",
                help="yield_now() must give control back to the executor, and stand behind all others in its queue",
            )
        for share in shares:
            assert sorted(share) == names
        assert all(one == two for one, two in pairwise(shares))


@grading(
    points=5,
    promise=9,
    diagnosis="unfair-queue",
    feedback="Tasks became ready one after the other, and did not run in that order. The first to be ready is the "
    "first to run.",
    help="add to the right end of a `deque`, and take from its left end: `append` and `popleft`",
    show=("order",),
)
def test_first_in_first_out(play):
    """ready tasks run first in, first out"""
    for order in ([0, 1, 2], [2, 0, 3, 1], [3, 2, 1, 0]):
        recording = play("queue", order=order)

        assert recording.values("begins") == list(range(len(order) + 1))
        assert recording.values("goes on") == order
    recording = play("mixed")
    ran = recording.values("runs")
    assert sorted(ran) == ["first", "last", "woken"]
    assert ran.index("first") < ran.index("last")
    # A task that runs inside of the call that wakes it is another mistake.
    if recording.order.index("is set") < [*recording.order].index("runs"):
        assert ran == ["first", "woken", "last"]


# ---- the clock -------------------------------------------------------------------------------------------------------


@grading(
    points=4,
    promise=10,
    diagnosis="wrong-clock",
    feedback="The clock of the executor is 0 at first, stands still while a task is ready, and jumps to the next timer "
    "when none is.",
    help="look at the timers only when the queue of ready tasks is empty",
    show=("rounds",),
)
def test_time_stands_still_during_work(play):
    """the clock moves only when every task waits"""
    recording = play("clock", rounds=20)

    moved = [now for now in recording.values("at work") if now != 0.0]
    if moved:
        raise Diagnosed(
            "wrong-clock",
            f"A task was ready all the time, and meanwhile the clock went on to {moved[0]:g} s.",
            help="look at the timers only when the queue of ready tasks is empty",
        )
    assert recording.values("now") == [0.0, 1.0, 3.5]


@grading(
    points=4,
    promise=11,
    diagnosis="real-sleep",
    feedback="A task slept by the executor's clock. Real time went by meanwhile, and none must.",
    help="set `now` to the time of the timer, and call no `sleep` of `time`",
    show=("seconds",),
)
def test_sleeping_takes_no_real_time(play):
    """sleeping takes no real time"""
    for seconds in ([5000], [0.5, 1000, 86400]):
        recording = play("sleeps", seconds=seconds)

        if recording.elapsed:
            raise Diagnosed(
                "real-sleep",
                f"Tasks slept for {sum(seconds):g} s by the executor's clock, and you made the whole program wait "
                f"for {recording.elapsed:g} s of real time.",
                help="set `now` to the time of the timer, and call no `sleep` of `time`",
            )
        assert recording.times("woken")


@grading(
    points=3,
    promise=12,
    diagnosis="shared-state",
    feedback="There were two executors. The tasks, the timers or the clock of the one changed those of the other.",
    help="make the queue, the timers and the clock in `__init__`, as attributes of `self`",
)
def test_executors_share_nothing(play):
    """two executors share nothing"""
    recording = play("two_executors")

    assert recording.values("between") == [[False, 0.0, 0.0]]
    assert recording.values("first") == [5.0]
    assert recording.values("second") == [1.0]
    assert recording.values("ran") in (["second"], ["before"])


# ---- tasks -----------------------------------------------------------------------------------------------------------


@grading(
    points=4,
    promise=13,
    diagnosis="eager",
    feedback="spawn() ran the code of the task. It only puts the task into the queue.",
    help="call `send` in run() alone, and let spawn() append to the queue",
    show=("inside",),
)
def test_spawn_is_lazy(play):
    """spawn() runs none of the task's code"""
    for inside in (True, False):
        order = play("lazy", inside=inside).order

        assert order.index("spawned") == order.index("spawn") + 1
        assert "child" in order


@grading(
    points=5,
    promise=14,
    diagnosis="lost-value",
    feedback="A task was awaited once before its end and twice after it. Each time that gives what it returned, or "
    "raises what it raised.",
    help="let spawn() return a future, and set it at the end of the task: to `stop.value`, or to the exception",
    show=("kind",),
)
def test_a_task_is_awaited_again_and_again(play):
    """awaiting a task gives its result each time"""
    for kind in (None, "ValueError", "IndexError", "RuntimeError", "KeyError", "OSError", "TypeError"):
        recording = play("joined", kind=kind)

        for name in ("before its end", "after its end", "once more"):
            attempt = recording.attempt(name)
            if kind is not None and not (attempt.how == "raised" and attempt.raised == "boom"):
                raise Diagnosed(
                    "lost-error",
                    f"A task raised {kind}, and was awaited {name}. That very exception did not come out there.",
                    help="catch what comes out of `send`, and set it as the exception of the task's future",
                )
            if kind is None and attempt.how != "returned":
                raise Diagnosed(
                    "lost-value",
                    f"A task returned an object, and was awaited {name}. That did not come to its end, or raised.",
                    help="let the task's future keep what it was set to, for everyone who asks",
                )
            assert kind is not None or attempt.value == token("an object")
        assert recording.values("done") == [False, True]
    for value in ODD_VALUES:
        recording = play("joined", value=value)
        for name in ("before its end", "after its end", "once more"):
            assert recording.attempt(name).value == value


@grading(
    points=4,
    promise=15,
    diagnosis="lost-error",
    feedback="A task failed, and no task awaited it. That must stop no other task, and not run().",
    help="set the exception as that of the task's own future, and go on with the loop",
    show=("kind", "before"),
)
def test_a_failure_stops_nobody(play):
    """a task that fails stops no other one"""
    for kind in ("ValueError", "IndexError", "RuntimeError", "OSError"):
        for before_run in (False, True):
            recording = play("never_awaited", kind=kind, before=before_run)

            if recording.attempt("run").how == "raised" and recording.attempt("run").raised == "boom":
                raise Diagnosed(
                    "error-spreads",
                    f"A task that nobody awaited raised {kind}, and run() raised that. Only an `await` of the task "
                    "does.",
                    help="keep the exception in the future of the task, where it waits until it is asked for",
                )
            assert "worked" in recording.order
            assert "main goes on" in recording.order
            assert not recording.attempt("run").raised


@grading(
    points=5,
    promise=16,
    diagnosis="wrong-clock",
    feedback="Timers became ready at another time than they should, or in another order.",
    help="keep a heap of `(time, number, future)`, and take the first from it: `heapq.heappush` and `heapq.heappop`",
)
def test_timers_in_order(play):
    """timers end in time, equal ones in their order"""
    ready = [["b", 3.0], ["d", 3.0], ["e", 4.0], ["a", 5.0], ["c", 5.0], ["f", 5.0], ["g", 10.0]]

    recording = play("timers")
    if recording.attempt("run").raised.isa("TypeError"):
        raise Diagnosed(
            "wrong-clock",
            "Two timers had the same time, and that raised a TypeError: tuples compare what stands behind the time.",
            help="put a number that grows between the time and the future, so that futures are never compared",
        )
    came = recording.values("ready")
    if came != ready and sorted(came) == sorted(ready):
        raise Diagnosed(
            "wrong-clock",
            "Timers of one time became ready in another order than they were made.",
            help="put a number that grows between the time and the future: it decides between equal times",
        )
    assert came == ready
    recording = play("counted_from_the_call")
    if recording.values("woken") != [5.0]:
        raise Diagnosed(
            "wrong-clock",
            "sleep(5) was called at 0 s and awaited at 3 s. It is ready at 5 s: the time counts from the call.",
            help="add `seconds` to `now` in sleep(), and not when the future is awaited",
        )
    assert recording.values("awaited once more") == [5.0]
    seconds = [float(number * 37 % 101 + 1) for number in range(300)]
    assert play("many_timers", seconds=seconds).values("ready") == [[each, each] for each in sorted(seconds)]
    assert play("timer_sets_a_future").values("woken") == [4.0]


# ---- run -------------------------------------------------------------------------------------------------------------


@grading(
    points=5,
    promise=17,
    diagnosis="lost-value",
    feedback="run() must return the very value that the coroutine returns, and raise the very exception it raises.",
    help="the value of a coroutine is that of the StopIteration that ends it: `stop.value`",
    show=("value", "kind", "waits"),
)
def test_run_gives_the_outcome(play):
    """run() returns or raises what the coroutine does"""
    for value in ODD_VALUES:
        recording = play("returning", value=value)
        for name in ("at once", "later"):
            attempt = recording.attempt(name)
            if attempt.how == "returned" and attempt.value is None and value is not None:
                raise Diagnosed(
                    "lost-value",
                    f"The coroutine returned {value!r}, and run() returned None.",
                    help="the value of a coroutine is that of the StopIteration that ends it: `stop.value`",
                )
            assert attempt.value == value
    recording = play("returning_objects")
    assert recording.attempt("object").value == token("an object")
    assert recording.attempt("error").value == token("a value")
    assert recording.attempt("future").value == token("a future")
    for kind in ("ValueError", "IndexError", "KeyError", "RuntimeError", "TypeError"):
        for waits in (False, True):
            raised = play("raising", kind=kind, waits=waits).attempt("run").raised
            if not (raised == "boom" and raised.bare):
                raise Diagnosed(
                    "lost-error",
                    f"The coroutine raised {kind}, and run() raised something else, or nothing.",
                    help="raise the very exception that came out of `send`, without another one round it",
                )


@grading(
    points=4,
    promise=18,
    diagnosis="outlives-main",
    feedback="The main coroutine ended after 1 s. run() must be over then, whatever other tasks have still to do.",
    help="let the loop of run() end when the main task is done: `while not main.done()`",
    show=("how",),
)
def test_run_ends_with_the_main_coroutine(play):
    """run() is over when its coroutine has ended"""
    for how in ("returns", "raises"):
        recording = play("main_is_first", how=how)

        if recording.times("slept") or recording.values("over") == [100.0]:
            raise Diagnosed(
                "outlives-main",
                "The main coroutine ended after 1 s, and run() went on until 100 s: it waited for another task.",
                help="let the loop of run() end when the main task is done: `while not main.done()`",
            )
        assert recording.values("over") == [1.0]
        assert len(recording.times("turn")) < 500


@grading(
    points=6,
    promise=19,
    diagnosis="not-closed",
    feedback="run() was over, and the `finally` of a task that had not come to its end had not run.",
    help="call `close()` of the coroutine of each task that is unfinished, in a `finally` round the loop of run()",
    show=("how",),
)
def test_unfinished_tasks_are_closed(play):
    """unfinished tasks are closed when run() ends"""
    for how in ("returns", "raises", "waits for ever"):
        recording = play("left_over", how=how)

        if how == "waits for ever" and recording.ended_as("never-returns"):
            raise Diagnosed(
                "hidden-deadlock",
                "The main coroutine waited for what never happens, and other tasks did. run() did not come back, so "
                "that nothing was closed.",
                help="raise Deadlock in run() where the queue is empty and there is no timer",
            )
        marks = before(recording, "over")
        opened = {mark.value for mark in marks if mark.name == "opened"}
        left = sorted(opened - {mark.value for mark in marks if mark.name == "closed"})
        if left:
            raise Diagnosed(
                "not-closed",
                f"The main coroutine {how.replace('returns', 'returned').replace('raises', 'raised')}, and the "
                "`finally` of a task that was still waiting had not run when run() was over.",
                help="call `close()` of the coroutine of each task that is unfinished, in a `finally` round the loop",
            )
        assert opened
        if recording.values("not begun") != [True]:
            raise Diagnosed(
                "not-closed",
                "A task was spawned just before the main coroutine ended, and had not begun. Its coroutine was not "
                "closed when run() was over.",
                help="close the coroutine of every task that is unfinished, of those that have not begun, too",
            )


@grading(
    points=5,
    promise=20,
    diagnosis="hidden-deadlock",
    feedback="Every task waited, no timer was left, and the main coroutine had not ended. run() must raise Deadlock.",
    help="raise Deadlock in run() where the queue is empty and there is no timer",
    show=("how",),
)
def test_deadlock_is_raised(play):
    """run() raises Deadlock when nothing can happen"""
    for how in ("a future that is never set", "two that wait for each other", "a task that ends, and nothing more"):
        recording = play("deadlock", how=how)

        if recording.ended_as("never-returns"):
            raise Diagnosed(
                "hidden-deadlock",
                "Every task waited and no timer was left. run() went round and round, and did not come back.",
                help="raise Deadlock in run() where the queue is empty and there is no timer",
            )
        assert recording.attempt("run").raised.isa("submission.Deadlock")


@grading(
    points=3,
    promise=21,
    diagnosis="edge-case",
    feedback="A task awaited an object of another library. The task must fail with a TypeError.",
    help="look at what `send` gives back: if it is nothing of yours, the task has failed with a TypeError",
    show=("kind", "in_main"),
)
def test_foreign_awaitables_are_refused(play):
    """awaiting what is no future is a TypeError"""
    for kind in ("looks like a future", "an object"):
        for in_main in (True, False):
            recording = play("foreign", kind=kind, in_main=in_main)

            if recording.ended_as("never-returns"):
                raise Diagnosed(
                    "edge-case",
                    "A task awaited an object of another library, and run() did not come back.",
                    help="look at what `send` gives back: if it is nothing of yours, the task fails with a TypeError",
                )
            name = "run" if in_main else "awaited"
            if "went on" in recording.order:
                raise Diagnosed(
                    "edge-case",
                    "A task awaited an object of another library, and went on as if it had given way.",
                    help="look at what `send` gives back: if it is nothing of yours, the task fails with a TypeError",
                )
            assert recording.attempt(name).raised.isa("TypeError")
            assert in_main or "main goes on" in recording.order
