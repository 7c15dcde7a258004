"""Scenarios of ex11: plain functions that hand coroutines to the learner's executor, and mark what happens in them.

Nobody knows the order in which two tasks begin but the promise that speaks of it, so those who must wait for others
wait for a future. What run() returns is asked by one promise; the others look at marks.

A scenario ``..._each`` goes through several inputs one after the other, each with an executor of its own. Where marks
have to be told apart by that, the mark ``input`` says which one begins.
"""

from __future__ import annotations

import builtins
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator

    from grader.authoring import Stage


def run(stage: Stage, executor: Any, main: Callable[[], Coroutine[Any, Any, Any]], name: str = "run") -> None:
    """Run the main task, note what came of it, and that run() is over."""
    stage.attempt_sync(name, executor.run, stage.follow("coro", main()))
    stage.mark("over", now(executor))


def now(executor: Any) -> float:
    """The executor's clock; it may well count in whole numbers."""
    return float(executor.now)


def spawn(stage: Stage, executor: Any, name: str, body: Coroutine[Any, Any, Any]) -> Any:
    """Spawn a task that is a lane of the picture."""
    return executor.spawn(stage.follow(name, body))


def error_of(stage: Stage, kind: str) -> Exception:
    """An exception of that class, which the tests recognise."""
    error: Exception = getattr(builtins, kind)("no")
    return stage.token("boom", error)  # type: ignore[no-any-return]


async def all_of(futures: list[Any]) -> None:
    for future in futures:
        await future


# ---- futures, without an executor ------------------------------------------------------------------------------------


def set_twice(stage: Stage, first: str, second: str) -> None:
    """A future is set, and set again."""
    future = stage.submission.Future()
    values = {"set_result": "the value", "set_exception": stage.token("the error", ValueError("no"))}
    getattr(future, first)(values[first])
    again = {"set_result": "another value", "set_exception": OSError("another error")}
    stage.attempt_sync(f"{second} after {first}", getattr(future, second), again[second])
    stage.attempt_sync(f"result after {first} and {second}", future.result)
    stage.attempt_sync(f"done after {first} and {second}", future.done)


def set_twice_each(stage: Stage, settings: list[str]) -> None:
    for first, second in product(settings, repeat=2):
        set_twice(stage, first, second)


def value_of(stage: Stage, value: object) -> None:
    """A future of a value, asked before and after it is set, and awaited."""
    future = stage.submission.Future()
    stage.attempt_sync(f"before ({value!r})", future.result)
    stage.mark(f"done ({value!r})", future.done())
    future.set_result(value)
    stage.mark(f"done ({value!r})", future.done())
    ask(stage, future, repr(value))


def value_of_each(stage: Stage, values: list[object]) -> None:
    for value in values:
        value_of(stage, value)


def error_in(stage: Stage, kind: str) -> None:
    """A future of an error, asked twice, and awaited by a task."""
    future = stage.submission.Future()
    future.set_exception(error_of(stage, kind))
    stage.mark(f"done ({kind})", future.done())
    ask(stage, future, kind)


def error_in_each(stage: Stage, kinds: list[str]) -> None:
    for kind in kinds:
        error_in(stage, kind)


def ask(stage: Stage, future: Any, given: str) -> None:
    """Ask a future twice, and await it."""
    stage.attempt_sync(f"result ({given})", future.result)
    stage.attempt_sync(f"result once more ({given})", future.result)

    async def main() -> None:
        await stage.attempt(f"awaited ({given})", lambda: future)

    run(stage, stage.submission.Executor(), main)


def objects_of(stage: Stage) -> None:
    """Futures of an object, and of an exception that is a value like any other."""
    for name, value in (("object", stage.token("an object")), ("error", stage.token("a value", ValueError("no")))):
        future = stage.submission.Future()
        future.set_result(value)
        stage.attempt_sync(name, future.result)


def woken(stage: Stage, setting: str) -> None:
    """Functions are added to a future before and after it is set."""
    future = stage.submission.Future()
    waker = partial(called, stage, future)
    for name in ("a", "b", "c"):
        future.add_waker(partial(waker, name))
    stage.mark("set")
    getattr(future, setting)(ValueError("no"))
    stage.mark("is set")
    future.add_waker(partial(waker, "d"))
    stage.mark("added")
    future.add_waker(partial(waker, "e"))


def woken_each(stage: Stage, settings: list[str]) -> None:
    for setting in settings:
        stage.mark("input", setting)
        woken(stage, setting)


def called(stage: Stage, future: Any, name: str) -> None:
    """What a waker does: it says whether the future is ready."""
    stage.mark("called", [name, future.done()])


def woken_from_a_waker(stage: Stage) -> None:
    """A function that is called when a future is ready sets another one, and adds a function to its own."""
    first, second = stage.submission.Future(), stage.submission.Future()

    def hand_on() -> None:
        stage.mark("first")
        second.set_result(None)
        first.add_waker(lambda: stage.mark("third"))

    first.add_waker(hand_on)
    second.add_waker(lambda: stage.mark("second"))
    first.set_result(None)


# ---- waiting for a future --------------------------------------------------------------------------------------------


def many_wait(stage: Stage, waiters: int, setting: str) -> None:
    """So many tasks wait for one future, and then it is set."""
    executor, future, all_wait = stage.submission.Executor(), stage.submission.Future(), stage.submission.Future()
    waiting: list[int] = []

    async def wait(number: int) -> None:
        waiting.append(number)
        stage.mark("waits", number)
        if len(waiting) == waiters:
            all_wait.set_result(None)
        try:
            await future
        except ValueError:
            pass
        stage.mark("goes on", number)

    async def main() -> None:
        tasks = [spawn(stage, executor, f"waits {number}", wait(number)) for number in range(waiters)]
        await all_wait
        getattr(future, setting)(ValueError("no"))
        await all_of(tasks)

    run(stage, executor, main)


def many_wait_each(stage: Stage, crowds: list[int], setting: str) -> None:
    for waiters in crowds:
        stage.mark("input", waiters)
        many_wait(stage, waiters, setting)


def set_in_a_turn(stage: Stage, setting: str) -> None:
    """A task sets a future for which another one waits, and goes on with its own turn."""
    executor, future = stage.submission.Executor(), stage.submission.Future()

    async def wait() -> None:
        try:
            await future
        except ValueError:
            pass
        stage.mark("goes on")

    async def main() -> None:
        task = spawn(stage, executor, "waiting", wait())
        # Meanwhile it waits, and has woken nobody.
        await executor.sleep(1)
        stage.mark("set")
        getattr(future, setting)(ValueError("no"))
        stage.mark("is set")
        await task

    run(stage, executor, main)


def chain(stage: Stage, links: int) -> None:
    """Each task waits for the one before it, and wakes the one after it."""
    executor = stage.submission.Executor()
    futures = [stage.submission.Future() for _ in range(links + 1)]

    async def link(number: int) -> None:
        await futures[number]
        futures[number + 1].set_result(None)

    async def main() -> None:
        for number in range(links):
            executor.spawn(link(number))
        # The last is set when all others have waited and gone on.
        executor.spawn(start())
        await futures[links]
        stage.mark("the last link")

    async def start() -> None:
        futures[0].set_result(None)

    run(stage, executor, main)


def ready_already(stage: Stage, kind: str) -> None:
    """A task awaits what is ready, while another one is ready to run."""
    executor, future = stage.submission.Executor(), stage.submission.Future()

    async def other() -> None:
        stage.mark("other")

    async def quick() -> None:
        pass

    async def main() -> None:
        ready = future
        if kind == "a future":
            future.set_result(None)
        elif kind == "a task that has ended":
            ready = spawn(stage, executor, "quick", quick())
            await ready
        else:
            ready = executor.sleep(1)
            await ready
        task = spawn(stage, executor, "other", other())
        stage.mark("before")
        await ready
        stage.mark("after")
        await task

    run(stage, executor, main)


def ready_already_each(stage: Stage, kinds: list[str]) -> None:
    for kind in kinds:
        stage.mark("input", kind)
        ready_already(stage, kind)


class Watched:
    """Awaits something, and marks each time its code is resumed in there."""

    def __init__(self, stage: Stage, awaited: Any) -> None:
        self._stage = stage
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, Any]:
        inner = self._awaited.__await__()
        sent = None
        while True:
            self._stage.mark("looks")
            try:
                yielded = next(inner) if sent is None else inner.send(sent)
            except StopIteration as stop:
                return stop.value
            sent = yield yielded


def resting(stage: Stage, turns: int) -> None:
    """A task waits for a future while another one takes turns, sleeps, and sets other futures."""
    executor, future = stage.submission.Executor(), stage.submission.Future()

    async def rest() -> None:
        await Watched(stage, future)
        stage.mark("goes on")

    async def work() -> None:
        for _ in range(turns):
            await stage.submission.yield_now()
        for number in range(1, 6):
            await executor.sleep(number)
        other = stage.submission.Future()
        other.set_result(None)
        await other
        stage.mark("set")
        future.set_result(None)

    async def main() -> None:
        await all_of([spawn(stage, executor, "rests", rest()), spawn(stage, executor, "works", work())])

    run(stage, executor, main)


# ---- turns -----------------------------------------------------------------------------------------------------------


def turns(stage: Stage, names: list[str], rounds: int) -> None:
    """Tasks that give way after each of their turns."""
    executor = stage.submission.Executor()

    async def work(name: str) -> None:
        for _ in range(rounds):
            stage.mark("turn", name)
            await stage.submission.yield_now()

    async def main() -> None:
        await all_of([spawn(stage, executor, name, work(name)) for name in names])

    run(stage, executor, main)


def turns_each(stage: Stage, groups: list[list[str]], rounds: int) -> None:
    for names in groups:
        stage.mark("input", names)
        turns(stage, names, rounds)


def two_and_a_sleeper(stage: Stage) -> None:
    """For the picture: two tasks that take turns, and one that waits for a timer."""
    executor = stage.submission.Executor()

    async def work(rounds: int) -> None:
        for _ in range(rounds):
            await stage.submission.yield_now()

    async def sleeper() -> None:
        await executor.sleep(1)

    async def main() -> None:
        tasks = [spawn(stage, executor, "a", work(3)), spawn(stage, executor, "b", work(2))]
        tasks.append(spawn(stage, executor, "sleeper", sleeper()))
        await all_of(tasks)

    run(stage, executor, main)


def queue(stage: Stage, order: list[int]) -> None:
    """Tasks are spawned in the order of their numbers, and woken in another one."""
    executor, all_wait = stage.submission.Executor(), stage.submission.Future()
    futures = [stage.submission.Future() for _ in range(len(order) + 1)]
    begun: list[int] = []

    async def wait(number: int) -> None:
        stage.mark("begins", number)
        begun.append(number)
        if len(begun) > len(order):
            all_wait.set_result(None)
            return
        await futures[number]
        stage.mark("goes on", number)

    async def main() -> None:
        tasks = [spawn(stage, executor, f"waits {number}", wait(number)) for number in range(len(order) + 1)]
        await all_wait
        for number in order:
            futures[number].set_result(None)
        await all_of(tasks)

    run(stage, executor, main)


def queue_each(stage: Stage, orders: list[list[int]]) -> None:
    for order in orders:
        stage.mark("input", order)
        queue(stage, order)


def mixed(stage: Stage) -> None:
    """Of three tasks that become ready, one is woken between the two that are spawned."""
    executor, future = stage.submission.Executor(), stage.submission.Future()

    async def wait() -> None:
        await future
        stage.mark("runs", "woken")

    async def note(name: str) -> None:
        stage.mark("runs", name)

    async def main() -> None:
        tasks = [spawn(stage, executor, "woken", wait())]
        # Meanwhile it waits, and has woken nobody.
        await executor.sleep(1)
        tasks.append(spawn(stage, executor, "first", note("first")))
        future.set_result(None)
        stage.mark("is set")
        tasks.append(spawn(stage, executor, "last", note("last")))
        await all_of(tasks)

    run(stage, executor, main)


# ---- the clock -------------------------------------------------------------------------------------------------------


def clock(stage: Stage, rounds: int) -> None:
    """A task works in many turns while a timer is set, and the main task sleeps one time after the other."""
    executor = stage.submission.Executor()
    stage.mark("now", now(executor))

    async def work() -> None:
        for _ in range(rounds):
            await stage.submission.yield_now()
            stage.mark("at work", now(executor))

    async def main() -> None:
        task = spawn(stage, executor, "works", work())
        timer = executor.sleep(1)
        await task
        await timer
        stage.mark("now", now(executor))
        await executor.sleep(2.5)
        stage.mark("now", now(executor))

    run(stage, executor, main)


def sleeps(stage: Stage, seconds: list[float]) -> None:
    """One task sleeps again and again."""
    executor = stage.submission.Executor()

    async def main() -> None:
        for each in seconds:
            await executor.sleep(each)
        stage.mark("woken")

    run(stage, executor, main)


def timers(stage: Stage) -> None:
    """Timers are made at two moments, some of them for one time; each says when it is ready."""
    executor = stage.submission.Executor()

    def make(name: str, seconds: float) -> Any:
        timer = executor.sleep(seconds)
        timer.add_waker(lambda: stage.mark("ready", [name, now(executor)]))
        return timer

    async def main() -> None:
        last = [make("a", 5), make("b", 3), make("c", 5), make("d", 3), make("e", 4)]
        await last[1]
        last += [make("f", 2), make("g", 7)]
        await all_of(last)

    run(stage, executor, main)


def many_timers(stage: Stage, seconds: list[float]) -> None:
    """Many timers at once; each says when it is ready."""
    executor = stage.submission.Executor()

    def make(each: float) -> Any:
        timer = executor.sleep(each)
        timer.add_waker(lambda: stage.mark("ready", [each, now(executor)]))
        return timer

    async def main() -> None:
        await all_of([make(each) for each in seconds])

    run(stage, executor, main)


def counted_from_the_call(stage: Stage) -> None:
    """A timer is made, and awaited only later."""
    executor = stage.submission.Executor()

    async def main() -> None:
        timer = executor.sleep(5)
        await executor.sleep(3)
        await timer
        stage.mark("woken", now(executor))
        await timer
        stage.mark("awaited once more", now(executor))

    run(stage, executor, main)


def timer_sets_a_future(stage: Stage) -> None:
    """No task waits for the timer: a waker of it sets the future for which one waits."""
    executor, future = stage.submission.Executor(), stage.submission.Future()

    async def main() -> None:
        executor.sleep(4).add_waker(lambda: future.set_result("done"))
        await future
        stage.mark("woken", now(executor))

    run(stage, executor, main)


def two_executors(stage: Stage) -> None:
    """Two executors, one after the other; the second has a task and a timer before the first runs."""
    first, second = stage.submission.Executor(), stage.submission.Executor()
    phase = "before"

    async def note() -> None:
        stage.mark("ran", phase)

    async def main(executor: Any, name: str, seconds: float) -> None:
        await executor.sleep(seconds)
        stage.mark(name, now(executor))

    second.spawn(note())
    timer = second.sleep(2)
    phase = "first"
    stage.attempt_sync("first", first.run, main(first, "first", 5))
    stage.mark("between", [timer.done(), now(second), now(stage.submission.Executor())])
    phase = "second"
    stage.attempt_sync("second", second.run, main(second, "second", 1))


# ---- tasks -----------------------------------------------------------------------------------------------------------


def lazy(stage: Stage, inside: bool) -> None:
    """A task is spawned, in another one or before run()."""
    executor = stage.submission.Executor()

    async def child() -> None:
        stage.mark("child")

    def begin() -> Any:
        stage.mark("spawn")
        task = spawn(stage, executor, "child", child())
        stage.mark("spawned")
        return task

    task = None if inside else begin()

    async def main() -> None:
        await (begin() if inside else task)

    run(stage, executor, main)


def lazy_each(stage: Stage) -> None:
    for inside in (True, False):
        stage.mark("input", inside)
        lazy(stage, inside)


def joined(stage: Stage, kind: str | None) -> None:
    """A task that raises an error, or returns an object if there is none, is awaited again and again."""

    async def end() -> object:
        if kind is not None:
            raise error_of(stage, kind)
        return stage.token("an object")

    join(stage, kind, end)


def joined_each(stage: Stage, kinds: list[str | None]) -> None:
    for kind in kinds:
        joined(stage, kind)


def joined_value(stage: Stage, value: object) -> None:
    """A task that returns a value is awaited again and again."""

    async def end() -> object:
        return value

    join(stage, value, end)


def joined_value_each(stage: Stage, values: list[object]) -> None:
    for value in values:
        joined_value(stage, value)


def join(stage: Stage, given: object, end: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """A task is awaited before its end, and twice after it."""
    executor, go = stage.submission.Executor(), stage.submission.Future()

    async def child() -> object:
        await go
        return await end()

    async def set_off() -> None:
        go.set_result(None)

    async def main() -> None:
        task = spawn(stage, executor, f"child ({given!r})", child())
        stage.mark(f"done ({given!r})", task.done())
        spawn(stage, executor, f"sets off ({given!r})", set_off())
        for name in ("before its end", "after its end", "once more"):
            await stage.attempt(f"{name} ({given!r})", lambda: task)
        stage.mark(f"done ({given!r})", task.done())

    run(stage, executor, main)


def never_awaited(stage: Stage, kind: str, before: bool) -> None:
    """A task fails, and no task awaits it; another one works on."""
    executor = stage.submission.Executor()

    async def fail() -> None:
        raise error_of(stage, kind)

    async def work() -> None:
        await executor.sleep(1)
        stage.mark("worked")

    if before:
        spawn(stage, executor, "fails", fail())

    async def main() -> None:
        if not before:
            spawn(stage, executor, "fails", fail())
        await spawn(stage, executor, "works", work())
        stage.mark("main goes on")

    run(stage, executor, main, f"run ({kind}, {before})")


def never_awaited_each(stage: Stage, kinds: list[str]) -> None:
    for kind, before in product(kinds, (False, True)):
        stage.mark("input", [kind, before])
        never_awaited(stage, kind, before)


# ---- run -------------------------------------------------------------------------------------------------------------


def returning(stage: Stage, value: object) -> None:
    """The main coroutine returns a value, at once and after a wait."""

    async def at_once() -> object:
        return value

    async def later() -> object:
        await stage.submission.yield_now()
        return value

    for name, main in (("at once", at_once), ("later", later)):
        executor = stage.submission.Executor()
        stage.attempt_sync(f"{name} ({value!r})", executor.run, stage.follow("coro", main()))


def returning_each(stage: Stage, values: list[object]) -> None:
    for value in values:
        returning(stage, value)


def returning_objects(stage: Stage) -> None:
    """The main coroutine returns an object, an exception object, and a future that is not ready."""
    given = {
        "object": stage.token("an object"),
        "error": stage.token("a value", ValueError("no")),
        "future": stage.token("a future", stage.submission.Future()),
    }

    async def main(value: object) -> object:
        return value

    for name, value in given.items():
        stage.attempt_sync(name, stage.submission.Executor().run, main(value))


def raising(stage: Stage, kind: str, waits: bool) -> None:
    """The main coroutine raises an error."""

    async def main() -> None:
        if waits:
            await stage.submission.yield_now()
        raise error_of(stage, kind)

    run(stage, stage.submission.Executor(), main, f"run ({kind}, {waits})")


def raising_each(stage: Stage, kinds: list[str]) -> None:
    for kind, waits in product(kinds, (False, True)):
        raising(stage, kind, waits)


def main_is_first(stage: Stage, how: str) -> None:
    """The main coroutine ends while one task sleeps for long and another one has many turns before it."""
    executor = stage.submission.Executor()

    async def long() -> None:
        await executor.sleep(100)
        stage.mark("slept")

    async def busy() -> None:
        for _ in range(500):
            stage.mark("turn")
            await stage.submission.yield_now()

    async def main() -> None:
        spawn(stage, executor, "sleeps", long())
        await executor.sleep(1)
        spawn(stage, executor, "busy", busy())
        for _ in range(3):
            await stage.submission.yield_now()
        if how == "raises":
            raise ValueError("no")

    run(stage, executor, main)


def main_is_first_each(stage: Stage, ways: list[str]) -> None:
    for how in ways:
        stage.mark("input", how)
        main_is_first(stage, how)


def left_over(stage: Stage, how: str) -> None:
    """The main coroutine ends, or waits for ever; others wait for a timer, for a task, and for their turn."""
    executor = stage.submission.Executor()

    async def open_for(name: str, awaited: Any) -> None:
        stage.mark("opened", name)
        try:
            await awaited
        finally:
            stage.mark("closed", name)

    async def busy() -> None:
        stage.mark("opened", "busy")
        try:
            for _ in range(100):
                await stage.submission.yield_now()
        finally:
            stage.mark("closed", "busy")

    async def main() -> None:
        sleeping = spawn(stage, executor, "sleeping", open_for("sleeping", executor.sleep(10)))
        stage.token("kept", sleeping)  # so that nothing is closed only because nothing refers to it
        stage.token("kept too", spawn(stage, executor, "joining", open_for("joining", sleeping)))
        await executor.sleep(1)
        stage.token("kept as well", spawn(stage, executor, "busy", busy()))
        await stage.submission.yield_now()
        executor.spawn(not_begun)
        if how == "raises":
            raise ValueError("no")

    async def stuck() -> None:
        never = stage.token("never", stage.submission.Future())
        stage.token("kept", spawn(stage, executor, "stuck", open_for("stuck", never)))
        stage.mark("opened", "main")
        try:
            await never
        finally:
            stage.mark("closed", "main")

    not_begun = open_for("not begun", stage.submission.yield_now())
    run(stage, executor, stuck if how == "waits for ever" else main)
    stage.mark("not begun", not_begun.cr_frame is None or how == "waits for ever")
    not_begun.close()


def left_over_each(stage: Stage, ways: list[str]) -> None:
    for how in ways:
        stage.mark("input", how)
        left_over(stage, how)


def deadlock(stage: Stage, how: str) -> None:
    """The main coroutine waits for what never happens."""
    executor, never, both = stage.submission.Executor(), stage.submission.Future(), stage.submission.Future()
    tasks: list[Any] = []

    async def wait_for(number: int) -> None:
        await both
        await tasks[number]

    async def sleep() -> None:
        await executor.sleep(3)

    async def main() -> None:
        if how == "a future that is never set":
            await never
        elif how == "two that wait for each other":
            tasks.append(spawn(stage, executor, "a", wait_for(1)))
            tasks.append(spawn(stage, executor, "b", wait_for(0)))
            both.set_result(None)
            await tasks[0]
        else:
            spawn(stage, executor, "sleeps", sleep())
            await never

    run(stage, executor, main, f"run ({how})")


def deadlock_each(stage: Stage, ways: list[str]) -> None:
    for how in ways:
        deadlock(stage, how)


class Foreign:
    """An awaitable of another library: it yields itself, and looks like a future."""

    def __repr__(self) -> str:  # the one of object has an address in it, which is another one each time
        return "<an object of another library>"

    def done(self) -> bool:
        return False

    def result(self) -> None:
        return None

    def add_waker(self, wake: Callable[[], None]) -> None:
        wake()

    add_done_callback = add_waker

    def __await__(self) -> Generator[Any, Any, None]:
        yield self


class Odd:
    def __repr__(self) -> str:
        return "<an odd object>"


class Strange:
    """An awaitable that yields an object of which nothing is known."""

    def __await__(self) -> Generator[Any, Any, None]:
        yield Odd()


def foreign(stage: Stage, kind: str, in_main: bool) -> None:
    """A task, or the main one, awaits what no executor of the module can know."""
    executor = stage.submission.Executor()

    async def wait() -> None:
        await (Foreign() if kind == "looks like a future" else Strange())
        stage.mark("went on")

    async def main() -> None:
        await stage.attempt("awaited", lambda: spawn(stage, executor, "waits", wait()))
        stage.mark("main goes on")

    run(stage, executor, wait if in_main else main, f"run ({in_main})")


def foreign_each(stage: Stage, kind: str) -> None:
    for in_main in (True, False):
        stage.mark("input", in_main)
        foreign(stage, kind, in_main)
