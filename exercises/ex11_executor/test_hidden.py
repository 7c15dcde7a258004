"""Hidden tests of ex11: judge what the tasks of the learner's own executor have marked. There is no event loop."""

from contextlib import contextmanager
from itertools import pairwise, product

import pytest

from grader.authoring import Diagnosed, Ended, grading, token

MANY = [f"task {number:02}" for number in range(10)]
SETTINGS = ("set_result", "set_exception")
ODD_VALUES = ("a value", None, 0, False, "", [1, 2])


@contextmanager
def alone(play, scenario, **inputs):
    """Show what is wrong with one of the inputs of a play in a play of this input alone."""
    try:
        yield
    except AssertionError:
        play(scenario, **inputs).ended_as(*Ended)
        raise


def before(marks, name):
    """The marks before the first of that name, or all if there is none."""
    return marks[: [*(mark.name for mark in marks), name].index(name)]


def marks_of(recording, given):
    """The marks that were made while the scenario was at this input."""
    begins = [index for index, mark in enumerate(recording.marks) if mark.name == "input"]
    for start, end in pairwise([*begins, len(recording.marks)]):
        if recording.marks[start].value == given:
            return recording.marks[start + 1 : end]
    return ()


def order_of(recording, given):
    """The names of the marks that were made while the scenario was at this input."""
    return [mark.name for mark in marks_of(recording, given)]


def values_of(recording, given, name):
    """The values of the marks of that name that were made while the scenario was at this input."""
    return [mark.value for mark in marks_of(recording, given) if mark.name == name]


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
    recording = play("set_twice_each", settings=list(SETTINGS))
    for first, second in product(SETTINGS, repeat=2):
        with alone(play, "set_twice", first=first, second=second):
            again = recording.attempt(f"{second} after {first}")
            if again.how == "returned":
                raise Diagnosed(
                    "stale-state",
                    f"A future was set by {first}(), and {second}() after that raised nothing. It is set once.",
                    help="begin `set_result` and `set_exception` with `if self.done(): raise RuntimeError(...)`",
                )
            assert again.raised.isa("RuntimeError")
            result = recording.attempt(f"result after {first} and {second}")
            assert result.value == "the value" if first == "set_result" else result.raised == "the error"
            assert recording.attempt(f"done after {first} and {second}").value


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
    crowds = (2, 5, 20)
    recording = play("many_wait_each", crowds=list(crowds), setting=setting)
    for waiters in crowds:
        with alone(play, "many_wait", waiters=waiters, setting=setting):
            waited, woken = values_of(recording, waiters, "waits"), values_of(recording, waiters, "goes on")
            if len(set(woken)) < waiters:
                raise Diagnosed(
                    "no-wake",
                    f"{waiters} tasks waited for one future. It was set, and {len(set(woken))} of them went on.",
                    help="keep a list of wakers in the future, and call each of them",
                )
            if woken != waited:
                raise Diagnosed(
                    "unfair-queue",
                    f"{waiters} tasks waited for one future, and did not go on in the order in which they began to "
                    "wait.",
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
    recording = play("value_of_each", values=list(ODD_VALUES))
    for value in ODD_VALUES:
        with alone(play, "value_of", value=value):
            if not recording.attempt(f"before ({value!r})").raised.isa("RuntimeError"):
                raise Diagnosed(
                    "edge-case",
                    "result() was called before the future was set, and did not raise RuntimeError.",
                    help="begin `result` with `if not self.done(): raise RuntimeError(...)`",
                )
            if not recording.values(f"done ({value!r})") == [False, True]:
                raise Diagnosed(
                    "falsy-value",
                    f"A future was set to {value!r}. done() is False before that and True after it, and here it was "
                    "not.",
                    help="keep whether it is set in a variable of its own, and not in the value",
                )
            for name in ("result", "result once more", "awaited"):
                assert recording.attempt(f"{name} ({value!r})").value == value
    recording = play("objects_of")
    assert recording.attempt("object").value == token("an object")
    if recording.attempt("error").how == "raised":
        raise Diagnosed(
            "lost-value",
            "An exception object was set as the value, by set_result(). result() raised it; it has to return it.",
            help="raise what set_exception() has set, and nothing else: keep value and error apart",
        )
    assert recording.attempt("error").value == token("a value")
    kinds = ("ValueError", "IndexError")
    recording = play("error_in_each", kinds=list(kinds))
    for kind in kinds:
        with alone(play, "error_in", kind=kind):
            for name in ("result", "result once more", "awaited"):
                if not recording.attempt(f"{name} ({kind})").raised == "boom":
                    raise Diagnosed(
                        "lost-error",
                        f"A future was set to a {kind}. `{name}` did not raise that very exception.",
                        help="raise the stored exception each time, and keep it",
                    )
            assert recording.values(f"done ({kind})") == [True]


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
    recording = play("woken_each", settings=list(SETTINGS))
    for setting in SETTINGS:
        with alone(play, "woken", setting=setting):
            called = values_of(recording, setting, "called")
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
            assert order_of(recording, setting) == ["set", *["called"] * 3, "is set", "called", "added", "called"]
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
    kinds = ("a future", "a task that has ended", "a timer that is over")
    recording = play("ready_already_each", kinds=list(kinds))
    for kind in kinds:
        with alone(play, "ready_already", kind=kind):
            order = order_of(recording, kind)

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
    looks = sum(mark.name == "looks" for mark in before(recording.marks, "set"))
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
    groups, rounds = (["a", "b"], MANY), 4
    recording = play("turns_each", groups=list(groups), rounds=rounds)
    for names in groups:
        with alone(play, "turns", names=names, rounds=rounds):
            taken = values_of(recording, names, "turn")

            assert len(taken) == len(names) * rounds
            shares = [taken[start : start + len(names)] for start in range(0, len(taken), len(names))]
            if all(len(set(taken[n * rounds : (n + 1) * rounds])) == 1 for n in range(len(names))):
                raise Diagnosed(
                    "unfair-queue",
                    f"{len(names)} tasks gave way after each turn, and each had all of its turns before the next "
                    "one ran.",
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
    orders = ([0, 1, 2], [2, 0, 3, 1], [3, 2, 1, 0])
    recording = play("queue_each", orders=list(orders))
    for order in orders:
        with alone(play, "queue", order=order):
            assert values_of(recording, order, "begins") == list(range(len(order) + 1))
            assert values_of(recording, order, "goes on") == order
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
    seconds = [5000, 0.5, 1000, 86400]
    recording = play("sleeps", seconds=seconds)

    if recording.elapsed:
        raise Diagnosed(
            "real-sleep",
            f"A task slept for {sum(seconds):g} s by the executor's clock, and you made the whole program wait "
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
    recording = play("lazy_each")
    for inside in (True, False):
        with alone(play, "lazy", inside=inside):
            order = order_of(recording, inside)

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
    kinds = (None, "ValueError", "IndexError", "RuntimeError", "KeyError", "OSError", "TypeError")
    recording = play("joined_each", kinds=list(kinds))
    for kind in kinds:
        with alone(play, "joined", kind=kind):
            for name in ("before its end", "after its end", "once more"):
                attempt = recording.attempt(f"{name} ({kind!r})")
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
            assert recording.values(f"done ({kind!r})") == [False, True]
    recording = play("joined_value_each", values=list(ODD_VALUES))
    for value in ODD_VALUES:
        with alone(play, "joined_value", value=value):
            for name in ("before its end", "after its end", "once more"):
                assert recording.attempt(f"{name} ({value!r})").value == value


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
    kinds = ("ValueError", "IndexError", "RuntimeError", "OSError")
    recording = play("never_awaited_each", kinds=list(kinds))
    for kind, before in product(kinds, (False, True)):
        with alone(play, "never_awaited", kind=kind, before=before):
            attempt = recording.attempt(f"run ({kind}, {before})")
            if attempt.how == "raised" and attempt.raised == "boom":
                raise Diagnosed(
                    "error-spreads",
                    f"A task that nobody awaited raised {kind}, and run() raised that. Only an `await` of the task "
                    "does.",
                    help="keep the exception in the future of the task, where it waits until it is asked for",
                )
            order = order_of(recording, [kind, before])
            assert "worked" in order
            assert "main goes on" in order
            assert not attempt.raised


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
    seconds = [float(number * 37 % 101 + 1) for number in range(50)]
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
    recording = play("returning_each", values=list(ODD_VALUES))
    for value in ODD_VALUES:
        with alone(play, "returning", value=value):
            for name in ("at once", "later"):
                attempt = recording.attempt(f"{name} ({value!r})")
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
    kinds = ("ValueError", "IndexError", "KeyError", "RuntimeError", "TypeError")
    recording = play("raising_each", kinds=list(kinds))
    for kind, waits in product(kinds, (False, True)):
        with alone(play, "raising", kind=kind, waits=waits):
            raised = recording.attempt(f"run ({kind}, {waits})").raised
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
    ways = ("returns", "raises")
    recording = play("main_is_first_each", ways=list(ways))
    for how in ways:
        with alone(play, "main_is_first", how=how):
            order, over = order_of(recording, how), values_of(recording, how, "over")
            if "slept" in order or over == [100.0]:
                raise Diagnosed(
                    "outlives-main",
                    "The main coroutine ended after 1 s, and run() went on until 100 s: it waited for another task.",
                    help="let the loop of run() end when the main task is done: `while not main.done()`",
                )
            assert over == [1.0]
            assert order.count("turn") < 500


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
    ways = ("returns", "raises", "waits for ever")
    recording = play("left_over_each", ways=list(ways))
    for how in ways:
        with alone(play, "left_over", how=how):
            if how == "waits for ever" and recording.ended_as("never-returns"):
                raise Diagnosed(
                    "hidden-deadlock",
                    "The main coroutine waited for what never happens, and other tasks did. run() did not come back, "
                    "so that nothing was closed.",
                    help="raise Deadlock in run() where the queue is empty and there is no timer",
                )
            marks = before(marks_of(recording, how), "over")
            opened = {mark.value for mark in marks if mark.name == "opened"}
            left = sorted(opened - {mark.value for mark in marks if mark.name == "closed"})
            if left:
                raise Diagnosed(
                    "not-closed",
                    f"The main coroutine {how.replace('returns', 'returned').replace('raises', 'raised')}, and the "
                    "`finally` of a task that was still waiting had not run when run() was over.",
                    help="call `close()` of the coroutine of each task that is unfinished, in a `finally` round the "
                    "loop",
                )
            assert opened
            if values_of(recording, how, "not begun") != [True]:
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
    ways = ("a future that is never set", "two that wait for each other", "a task that ends, and nothing more")
    recording = play("deadlock_each", ways=list(ways))
    for how in ways:
        with alone(play, "deadlock", how=how):
            attempt = recording.attempt(f"run ({how})")
            if attempt.how == "open" and recording.ended_as("never-returns"):
                raise Diagnosed(
                    "hidden-deadlock",
                    "Every task waited and no timer was left. run() went round and round, and did not come back.",
                    help="raise Deadlock in run() where the queue is empty and there is no timer",
                )
            assert attempt.raised.isa("submission.Deadlock")


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
    # A play for each: the TypeError that is right for the one must not be taken for what is wrong with the other.
    for kind in ("looks like a future", "an object"):
        recording = play("foreign_each", kind=kind)
        for in_main in (True, False):
            with alone(play, "foreign", kind=kind, in_main=in_main):
                refused(recording, in_main)


def refused(recording, in_main):
    """A task, or the main one, awaited an object of another library."""
    run = recording.attempt(f"run ({in_main})")
    if run.how == "open" and recording.ended_as("never-returns"):
        raise Diagnosed(
            "edge-case",
            "A task awaited an object of another library, and run() did not come back.",
            help="look at what `send` gives back: if it is nothing of yours, the task fails with a TypeError",
        )
    order = order_of(recording, in_main)
    if "went on" in order:
        raise Diagnosed(
            "edge-case",
            "A task awaited an object of another library, and went on as if it had given way.",
            help="look at what `send` gives back: if it is nothing of yours, the task fails with a TypeError",
        )
    attempt = run if in_main else recording.attempt("awaited")
    assert attempt.raised.isa("TypeError")
    assert in_main or "main goes on" in order
