"""Builds verdicts and traces for the tests of the reports, with as few words as possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.judge.verdict import BackendResult, Failure, PartResult, PartState, PassedRemark, Root, TestResult, Verdict
from grader.judge.verdict import Outcome as Result
from grader.policy.submission import Fault
from grader.wire.recording import Cancellation, Ended, Trace
from grader.wire.rows import Deviation, Event, Span, TracedTask, Waiting

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> {{ 7 * 7 }} {% raw %} </style></pre>\x1b[31mred\x1b]0;t\x07 "
    "\u202egnirts\u2066 \u200bzero \ud800 \x00 \x9b31m \u2028 [bold]x[/bold] :smile: \U0001f469\u200d\U0001f467 "
    "\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e e\u0301\u0301\u0301\u0301\u0301 javascript:alert(3) 'q' \"dq\" & \\u0041"
)
CLASSROOM50 = {
    "CLASSROOM": "async-101",
    "ASSIGNMENT": "join",
    "USERNAME": "ada",
    "SUBMISSION_TAG": "submit/2026-11-22T03-50-00Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/x/y/commit/a1b2c3d",
    "RELEASE_URL": "https://github.com/x/y/releases/tag/z",
}
"""The environment in which Classroom 50 starts an autograder."""


def span(name: str, start: float, stop: float | None, how: str = "", *, task: int = 0) -> Span:
    ending = how or ("open" if stop is None else "returned")
    return Span(name=name, start=start, stopped=stop, how=ending, value_or_error=None, task=task)


def event(time: float, kind: str, task: int, info: str | None = None) -> Event:
    return Event(time=time, kind=kind, task=task, line=None, info=info)


def trace(
    *spans: Span,
    elapsed: float,
    tasks: Sequence[tuple[int, str, int | None]] = ((0, "main", None),),
    events: Sequence[Event] = (),
) -> Trace:
    rows = tuple(TracedTask(id=number, name=name, parent=parent) for number, name, parent in tasks)
    return Trace(tasks=rows, events=tuple(events), spans=tuple(spans), elapsed=elapsed)


def together(**seconds: float) -> Trace:
    """The reference's play: every span in its own task, all from 0 on."""
    end = max(seconds.values())
    tasks = [(0, "main", None), *((number, "run", 0) for number in range(1, len(seconds) + 1))]
    events = [event(0, "start", 0), event(0, "suspend", 0, "the task group")]
    for number, stop in enumerate(seconds.values(), start=1):
        events += [event(0, "start", number), event(0, "suspend", number, "sleep")]
        events += [event(stop, "resume", number), event(stop, "finish", number, "returned")]
    events += [event(end, "resume", 0), event(end, "finish", 0, "returned")]
    spans = [span(name, 0, stop, task=number) for number, (name, stop) in enumerate(seconds.items(), start=1)]

    return trace(*spans, elapsed=end, tasks=tasks, events=sorted(events, key=lambda one: one.time))


def one_after_the_other(**seconds: float) -> Trace:
    """A play in which the scenario's own task awaits everything in turn."""
    now, spans, events = 0.0, [], [event(0, "start", 0)]
    for name, duration in seconds.items():
        spans.append(span(name, now, now + duration))
        events += [event(now, "suspend", 0, "sleep"), event(now + duration, "resume", 0)]
        now += duration

    return trace(*spans, elapsed=now, events=[*events, event(now, "finish", 0, "returned")])


RACE = """import anyio


async def join(*fns):
    async with anyio.create_task_group() as group:
        for fn in fns:
            group.start_soon(run, fn)


async def run(fn):
    await anyio.sleep(2)
    await fn()
"""


SLEEPS = ("suspend", 11, "sleep")


def race() -> Trace:
    """A play of RACE: two tasks sleep, b then goes on out of turn, prints, wakes a and returns."""
    tasks = ((0, "main", None), (1, "run", 0), (2, "run", 0))
    rows: list[tuple[float, str, int, int | None, str | None]] = [
        (0, "spawn", 0, None, None),
        (0, "start", 0, None, None),
        (0, "spawn", 1, None, None),
        (0, "spawn", 2, None, None),
        (0, "suspend", 0, 5, "TaskGroup.__aexit__"),
        *((0, kind, task, line, info) for task in (1, 2) for kind, line, info in (("start", None, None), SLEEPS)),
        (2, "wake", 1, None, None),
        (2, "wake", 2, None, None),
        (2, "resume", 2, None, None),
        (2, "print", 2, None, "b was here\n"),
        (2, "finish", 2, None, "returned"),
        (2, "resume", 1, None, None),
        (2, "suspend", 1, 12, "what it was given"),
    ]
    play = trace(span("a", 0, None, task=1), span("b", 0, 2, task=2), elapsed=2, tasks=tasks)
    events = tuple(Event(*row) for row in rows)
    return replace(play, events=events, deviations=(Deviation(time=2, task=2, instead_of=1),))


def long_play(steps: int, *, tasks: int = 1, name: str = "run", output: str = "") -> Trace:
    """A play of so many steps: the tasks take turns, a second each, and print."""
    events = [event(0, "spawn", task) for task in range(tasks)]
    for step in range(steps):
        task, began = step % tasks, "start" if step < tasks else "resume"
        events += [event(step, began, task), *([event(step, "print", task, output)] if output else [])]
        events += [Event(time=step, kind="suspend", task=task, line=11, info="sleep")]
    named = [(task, name, None if task == 0 else 0) for task in range(tasks)]
    return trace(elapsed=steps, tasks=named, events=events)


def turns(*order: int) -> Trace:
    """A play in which no time passes; ``order`` is who took each step."""
    seen: set[int] = set()
    events = []
    for task in order:
        events += [event(0, "resume" if task in seen else "start", task), event(0, "suspend", task, "checkpoint")]
        seen.add(task)
    events += [event(0, "finish", task, "returned") for task in sorted(seen, reverse=True)]
    tasks = [(task, "main" if task == 0 else f"count {task}", None if task == 0 else 0) for task in sorted(seen)]

    return trace(elapsed=0, tasks=tasks, events=events)


def failure(**changes: object) -> Failure:
    fields: dict[str, object] = {
        "diagnosis": "serial",
        "error": "the second function starts only after the first has ended",
        "help": "start every function before waiting for any",
        "ended": Ended.RETURNED,
        "elapsed": 5.0,
        "schedule": 0,
        "line": 9,
        "source": "    return [await fn() for fn in fns]",
        "trace": one_after_the_other(a=3, b=2),
        "reference": together(a=3, b=2),
    }
    return Failure(**(fields | changes))  # type: ignore[arg-type]


def deadlock(**changes: object) -> Failure:
    tasks = ((0, "main", None), (1, "worker", 0), (2, "reader", 0))
    events = [event(0, "start", 0), event(0, "suspend", 0, "the task group")]
    for task in (1, 2):
        events += [event(0, "start", task), event(0, "suspend", task, "Event.wait")]
        events += [event(3, "resume", task), event(3, "suspend", task, "Event.wait")]
        events += [event(3, "resume", task), event(3, "finish", task, "cancelled")]
    fields: dict[str, object] = {
        "diagnosis": "deadlock",
        "error": "deadlock: every task waits, and nothing is left that could wake one of them",
        "help": "find out who should wake the waiting task, and what that one is waiting for itself",
        "ended": Ended.DEADLOCK,
        "elapsed": 3.0,
        "waiting": (
            Waiting(task="worker", line=14, awaiting="Event.wait", since=3),
            Waiting(task="reader", line=22, awaiting="MemoryObjectReceiveStream.receive", since=0.25),
        ),
        "trace": trace(span("left", 0, 3, "cancelled", task=1), elapsed=3, tasks=tasks, events=events),
    }
    return failure(**(fields | changes))


def cancelled_at_step(step: int = 4, *, at: float = 2) -> Failure:
    """A test that cancels its caller at every step fails at this one, because the caller goes on until 5 s."""
    started = [event(0, "start", 0), event(0, "suspend", 0, "the task group")]
    events = [*started, event(at, "cancel", 0), event(5, "resume", 0), event(5, "finish", 0, "returned")]
    stopped = (span("caller", 0, at, "cancelled"), span("a", 0, at, "cancelled"))
    return failure(
        cancellation=Cancellation(step=step, steps=9, time=at),
        trace=trace(span("caller", 0, 5), span("a", 0, 5), elapsed=5, events=events),
        reference=trace(*stopped, elapsed=at, events=events[:3]),
    )


def passing(backend: str) -> BackendResult:
    return BackendResult(backend=backend, outcome=Result.PASS, schedules=21)


def failing(backend: str, why: Failure) -> BackendResult:
    return BackendResult(backend=backend, outcome=Result.FAIL, schedules=1, failure=why)


def not_judged(backend: str, reason: str) -> BackendResult:
    return BackendResult(backend=backend, outcome=Result.NOT_JUDGED, schedules=0, reason=reason)


def case(number: int, label: str, points: int, *results: BackendResult) -> TestResult:
    both = results or (passing("asyncio"), passing("trio"))
    return TestResult(number=number, name=f"test_{number}", label=label, points=points, results=both)


def failed_on_both(number: int, label: str, points: int, why: Failure) -> TestResult:
    return case(number, label, points, failing("asyncio", why), failing("trio", why))


def verdict(*tests: TestResult, **changes: object) -> Verdict:
    fields: dict[str, object] = {
        "exercise": "ex01",
        "title": "join",
        "file": "ex01_join/join.py",
        "digest": "0" * 64,
        "kit": "Async Python by doing it 1.0",
        "tests": tests,
        "real_seconds": 0.31,
        "virtual_seconds": 31.0,
        "judged_at": "2026-11-22T03:50:00+00:00",
    }
    return Verdict(**(fields | changes))  # type: ignore[arg-type]


def in_parts() -> Verdict:
    """Of the first part one test fails, and nothing of the second part is written."""
    later = failure(diagnosis="not-written", error="`two` is not written yet", help="write it", trace=None)
    tests = (
        replace(case(1, "the first", 20), part="one"),
        replace(failed_on_both(2, "the second", 20, failure()), part="one"),
        replace(failed_on_both(3, "the third", 30, later), part="two"),
        replace(failed_on_both(4, "the fourth", 30, later), part="two"),
    )
    one = PartResult(name="one", title="the first part", minutes=5, points=40, earned=20, state=PartState.FAILING)
    two = replace(one, name="two", title="the second part", points=60, earned=0, state=PartState.NOT_WRITTEN)
    return verdict(*tests, parts=(one, two), root=Root(test=2, backend="asyncio"))


def mixed() -> Verdict:
    """The verdict of the run screen in DESIGN.md, more or less."""
    return verdict(
        case(1, "results come back in argument order", 69),
        failed_on_both(2, "takes as long as the slowest", 21, failure()),
        case(3, "an error before the first await counts too", 10, passing("asyncio"), failing("trio", deadlock())),
    )


def careless() -> Verdict:
    """All tests pass, and something was noticed on the way."""
    seen = PassedRemark(kind="unclosed", text="something is still open", line=4, source="    send, receive = stream()")
    fragile = PassedRemark(kind="fragile", text="it depends on turns")
    asyncio, trio = (replace(passing(backend), remarks=(seen,)) for backend in ("asyncio", "trio"))
    return verdict(
        case(1, "results come back in argument order", 60, asyncio, trio),
        case(2, "takes as long as the slowest", 40, asyncio, replace(trio, remarks=(seen, fragile))),
    )


def perfect() -> Verdict:
    return verdict(case(1, "results come back in argument order", 60), case(2, "takes as long as the slowest", 40))


def hostile() -> Verdict:
    """Every field that a learner's program can write to holds everything we know to be dangerous."""
    bad = deadlock(
        error=HOSTILE,
        help=HOSTILE,
        exception="ValueError: " + HOSTILE,
        output=HOSTILE * 50 + "\n" * 30 + HOSTILE,
        source=HOSTILE,
        last_line=12,
        got=HOSTILE,
        expected=HOSTILE,
        inputs=HOSTILE,
        waiting=(Waiting(task=HOSTILE, line=3, awaiting=HOSTILE, since=1e6),),
        trace=trace(span(HOSTILE, 0, 3, "raised", task=1), elapsed=3, tasks=((0, HOSTILE, None), (1, HOSTILE, 0))),
        reference=None,
        schedule=7,
    )
    results = failing("asyncio", bad), not_judged("trio", HOSTILE)
    seen = replace(passing("asyncio"), remarks=(PassedRemark(kind=HOSTILE, text=HOSTILE, line=3, source=HOSTILE),))
    return verdict(
        case(1, HOSTILE, 50, *results),
        case(2, HOSTILE, 50, seen),
        file=HOSTILE,
        title=HOSTILE,
        ignored=(HOSTILE,),
        source="\n".join([HOSTILE] * 20),
    )


SOURCE = "import anyio\n\n\nasync def join(*fns):\n" + "".join(f"    line_{number} = 0\n" for number in range(5, 30))
VALUES = {
    "inputs": "seconds = {'a': 3, 'b': 5, 'c': 2}",
    "got": "returned ['c', 'a', 'b']",
    "expected": "returned ['a', 'b', 'c']",
}


def typical_failures() -> dict[str, Failure]:
    """Failures as learners have them, each with as much to show as its kind can have."""
    long = "The slowest function takes 5 s, and join() took another time than that. " * 3
    crowd = {f"s{number}": number + 1.0 for number in range(16)}
    waiting = tuple(Waiting(task=f"worker {n}", line=n, awaiting="Event.wait", since=n) for n in range(1, 10))
    reversed_crowd = dict(reversed(crowd.items()))
    return {
        "another order": failure(trace=together(a=3, b=2), **VALUES),
        "one after the other": failure(last_line=12, **VALUES),
        "many tasks": failure(trace=one_after_the_other(**reversed_crowd), reference=together(**crowd)),
        "deadlock": deadlock(waiting=waiting),
        "deadlock without time": deadlock(trace=turns(0, 1, 2, 3), reference=turns(*range(9)), waiting=waiting[:2]),
        "raised": failure(diagnosis="raised", exception="ValueError: " + "boom " * 60, **(VALUES | {"got": "nothing"})),
        "printed": failure(output="".join(f"line {number}\n" for number in range(40)), schedule=7, turns="`a` goes on"),
        "all at once": deadlock(
            error=long,
            help=long,
            last_line=20,
            waiting=waiting,
            schedule=3,
            turns="`a` goes on before `b` at 3 s",
            exception="ValueError: " + "boom " * 60,
            output="".join(f"line {number}\n" for number in range(40)),
            trace=one_after_the_other(**crowd),
            reference=together(**crowd),
            **{name: value * 20 for name, value in VALUES.items()},
        ),
    }


def rooted(why: Failure, *, failing: int = 12) -> Verdict:
    """A verdict in which one mistake fails most of thirteen tests, and another one the last of them."""
    tests = [failed_on_both(number, f"what test {number} promises to learners", 8, why) for number in range(1, failing)]
    last = case(
        failing,
        "what the last test promises",
        8,
        passing("asyncio"),
        BackendResult(backend="trio", outcome=Result.FAIL, schedules=1, failure=why),
    )
    passed = [case(number, "a test that passes", 8) for number in range(failing + 1, 14)]
    root = Root(test=1, backend="asyncio", same=tuple(range(2, failing)), afterwards=(failing,))
    return verdict(*tests, last, *passed, root=root, source=SOURCE)


def unjudgeable(**changes: object) -> Verdict:
    fields: dict[str, object] = {
        "kind": "off-limits",
        "error": "`anyio.gather` is the answer to this exercise, not a building block for it",
        "help": "use a task group, events, memory streams or cancel scopes instead",
        "line": 12,
        "column": 18,
        "width": 12,
        "text": "    return await anyio.gather(*fns)",
    }
    return verdict(faults=(Fault(**(fields | changes)),))  # type: ignore[arg-type]
