"""What is said of exceptions, by programs as beginners write them, on both backends, and by messages of other Pythons.

In a program the line that is to be shown ends with a ``#<``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.judge.explain.exceptions import explain_exception, line_of_stop
from grader.judge.explain.finding import Finding
from grader.judge.explain.raised import Raise
from grader.sandbox.box import Box
from tests.explain_samples import code, in_short, leaf, of_double, text

HEAD = """
import anyio, re
from functools import partial
async def work(n=0, *, m=1):
    return n
def plain(n=0):
    pass
async def items(n=0):
    yield n
class Source:
    def __aiter__(self):
        return self
    async def __anext__(self):
        raise StopAsyncIteration
class Later:
    async def __aiter__(self):
        return self
class Box:
    def __init__(self, size=1):
        self.size = size
    def forgot(n):
        return n
    def open(self, n):
        return n
def deep(n):
    return deep(n)
"""
GROUP = "async with anyio.create_task_group() as tg:\n        "

BODIES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    # ---- await
    "await of None": ("await plain(n) #<", "not-awaitable", ("`plain(...)` returns is None", "make `plain` an `async")),
    "await of print": ("await print(n) #<", "not-awaitable", ("`print(...)` returns is None", "take the `await` out")),
    "await of Event.set": (
        "e = anyio.Event()\n    await e.set() #<",
        "not-awaitable",
        ("`e.set(...)` returns is None",),
    ),
    "await of a value": ("return await n #<", "not-awaitable", ("is an int", "take the `await` out")),
    "await of a function": ("return await work #<", "not-awaitable", ("is a function", "call it: `await work(...)`")),
    "await of a list": ("await [1] #<", "not-awaitable", ("is a list", "one by one")),
    "coroutine + 1": ("return work(n) + 1 #<", "await-missing", ("called and not awaited", "write `await` before")),
    "coroutine[0]": ("return work(n)[0] #<", "await-missing", ("called and not awaited",)),
    "coroutine > 1": ("return work(n) > 1 #<", "await-missing", ("called and not awaited",)),
    "len(coroutine)": ("return len(work(n)) #<", "await-missing", ("called and not awaited",)),
    "unpacked coroutine": ("a, b = work(n) #<", "await-missing", ("called and not awaited",)),
    "for over a coroutine": ("for i in work(n): pass #<", "await-missing", ("called and not awaited",)),
    "anext": ("return 2 * anext(items(n)) #<", "await-missing", ("write `await`",)),
    # ---- start_soon
    "start_soon(fn())": (
        f"{GROUP}tg.start_soon(work(n)) #<",
        "called-not-given",
        ("`tg.start_soon` wants the function", "write `tg.start_soon(work, n)`"),
    ),
    "start_soon(fn(m=))": (
        f"{GROUP}tg.start_soon(work(n, m=2)) #<",
        "called-not-given",
        ("write `tg.start_soon(functools.partial(work, n, m=2))`",),
    ),
    "start_soon(plain())": (f"{GROUP}tg.start_soon(plain(n)) #<", "called-not-given", ("gets what calling `plain",)),
    "start_soon(plain)": (
        f"{GROUP}tg.start_soon(plain, n) #<",
        "called-not-given",
        ("wants an async function, and `plain` is none", "give it an `async def`"),
    ),
    "start_soon(lambda)": (f"{GROUP}tg.start_soon(lambda: plain(n)) #<", "called-not-given", ("`lambda: plain(n)`",)),
    "start_soon(partial(plain))": (f"{GROUP}tg.start_soon(partial(plain, n)) #<", "called-not-given", ("is none",)),
    "start_soon(generator)": (f"{GROUP}tg.start_soon(items) #<", "called-not-given", ("`items` is none",)),
    "await start(plain)": (
        f"{GROUP}await tg.start(plain, n) #<",
        "wrong-arguments",
        ("a parameter `task_status`", "write `tg.start_soon(plain, n)`"),
    ),
    "await start(partial(plain))": (
        f"{GROUP}await tg.start(lambda task_status: plain()) #<",
        "called-not-given",
        ("`tg.start` wants an async function",),
    ),
    # ---- with
    "with for async with": (
        "with anyio.create_task_group() as tg: #<\n        pass",
        "async-with",
        ("`anyio.create_task_group()` is entered by `with`", "write `async with`"),
    ),
    "with lock": ("lock = anyio.Lock()\n    with lock: #<\n        pass", "async-with", ("`lock` is entered",)),
    "with of two": (
        "with anyio.CancelScope(), anyio.create_task_group() as tg: #<\n        pass",
        "async-with",
        ("a TaskGroup cannot be entered by `with`", "enter the TaskGroup by an `async with` of its own"),
    ),
    "async with on a scope": (
        "async with anyio.move_on_after(1): #<\n        pass",
        "async-with",
        ("a CancelScope cannot be entered by `async with`", "write `with`, without `async`"),
    ),
    "async with on a coroutine": (
        "async with work(): #<\n        pass",
        "await-missing",
        ("`work()` has to be awaited first", "write `async with await work()`"),
    ),
    "with on a coroutine": ("with work(): #<\n        pass", "await-missing", ("write `with await work()`",)),
    "async with on a function": (
        "async with anyio.create_task_group: #<\n        pass",
        "async-with",
        ("a function is entered here", "call it"),
    ),
    "a group that is not entered": (
        "tg = anyio.create_task_group()\n    tg.start_soon(work, n) #<",
        "async-with",
        ("not open here", "move this line into the block of `async with anyio.create_task_group()"),
    ),
    "a group that was left": (f"{GROUP}pass\n    tg.start_soon(work, n) #<", "async-with", ("not open here",)),
    # ---- for
    "for over an async generator": (
        "for i in items(n): pass #<",
        "async-for",
        ("`for` cannot go through an async generator", "write `async for item in ...`"),
    ),
    "for over an own class": ("for i in Source(): pass #<", "async-for", ("cannot go through a Source",)),
    "for over a stream": (
        "send, receive = anyio.create_memory_object_stream(1)\n    async with send, receive:\n"
        "        for i in receive: pass #<",
        "async-for",
        ("cannot go through a MemoryObjectReceiveStream",),
    ),
    "list(async generator)": ("return list(items(n)) #<", "async-for", ("`list()` cannot go through",)),
    "sum(async generator)": ("return sum(items(n)) #<", "async-for", ("`sum()` cannot go through",)),
    "next(async generator)": ("return next(items(n)) #<", "async-for", ("`next()` cannot", "write `await anext(...)`")),
    "comprehension": ("return [i for i in items(n)] #<", "async-for", ("`for` cannot go through",)),
    "async for over a list": (
        "async for i in [n]: pass #<",
        "async-for",
        ("`async for` cannot go through a list", "write `for`, without `async`"),
    ),
    "async for over a coroutine": (
        "async for i in work(n): pass #<",
        "await-missing",
        ("cannot go through a coroutine", "write `await` before the call"),
    ),
    "async for over a function": ("async for i in items: pass #<", "async-for", ("through a function", "call it")),
    # ---- None
    "for over None": ("for i in plain(n): pass #<", "none-used", ("goes through None",)),
    "None + 1": ("return plain(n) + 1 #<", "none-used", ("is None",)),
    "None[0]": ("return plain(n)[0] #<", "none-used", ("is None",)),
    "None[0] = 1": ("x = None\n    x[0] = 1 #<", "none-used", ("is None",)),
    "None()": ("return plain(n)() #<", "none-used", ("is None",)),
    "unpacked None": ("a, b = plain(n) #<", "none-used", ("is None",)),
    # ---- calls
    "too few": ("return deep() #<", "wrong-arguments", ("`deep` is", "it is missing 1", "the `def` of `deep`")),
    "too many": ("return plain(1, 2) #<", "wrong-arguments", ("it takes from 0 to 1", "the `def` of `plain`")),
    "another keyword": ("return plain(k=1) #<", "wrong-arguments", ("unexpected keyword argument 'k'",)),
    "twice": ("return plain(1, n=1) #<", "wrong-arguments", ("multiple values for argument 'n'",)),
    "missing self": (
        "return Box().forgot(n) #<",
        "wrong-arguments",
        ("write `self` as the first parameter of `forgot`",),
    ),
    "a method": ("return Box().open() #<", "wrong-arguments", ("it is missing 1", "the `def` of `open`")),
    "__init__": ("return Box(1, 2) #<", "wrong-arguments", ("it takes from 1 to 2", "the `def` of `__init__`")),
    "no __init__": ("return Source(1) #<", "wrong-arguments", ("takes no arguments", "give `Source` an `__init__`")),
    "len()": ("return len() #<", "wrong-arguments", ("exactly one argument (0 given)", "look up", "`len`")),
    "start_soon without": (f"{GROUP}tg.start_soon() #<", "wrong-arguments", ("look up", "`TaskGroup.start_soon`")),
    "start_soon of too few": (f"{GROUP}tg.start_soon(deep) #<", "wrong-arguments", ("the `def` of `deep`",)),
    # ---- bytes
    "bytes + str": ('return b"a" + "b" #<', "text-for-bytes", ('b\\"...\\"', ".encode()", ".decode()")),
    "str + bytes": ('return "a" + b"b" #<', "text-for-bytes", (".encode()",)),
    "bytes.split(str)": ('return b"a b".split(" ") #<', "text-for-bytes", (".encode()",)),
    "bytes.join(str)": ('return b"".join(["a"]) #<', "text-for-bytes", (".encode()",)),
    "re of bytes": ('return re.match("a", b"a") #<', "text-for-bytes", (".encode()",)),
    # ---- others
    "next() at the end": ("return next(iter([])) #<", "stop-iteration", ("leave an `async def`", "a `for` loop")),
    "recursion": ("return deep(n)", "recursion", ("`deep` calls itself", "write a loop")),
    "anyio.run inside": ("return anyio.run(work, n) #<", "module-level", ("inside of the one that runs", "`await`")),
    "input()": ('return input("n? ") #<', "no-keyboard", ("`input()` waits for a keyboard", "take the `input()` out")),
    "breakpoint()": ("breakpoint() #<", "no-keyboard", ("take the `breakpoint()` out",)),
    "NotImplementedError": ("raise NotImplementedError #<", "not-written", ("`double` is not written yet", "replace")),
    # ---- nothing is known of these
    "with on a list": ("with [1]: #<\n        pass", "raised", ("your code raises TypeError",)),
    "a bug in the argument of start_soon": (f"{GROUP}tg.start_soon({{}}[n](1)) #<", "raised", ("raises KeyError",)),
    "an exception of their own": ('raise TypeError("mine") #<', "wrong-value", ("not twice the argument",)),
}


@pytest.mark.parametrize(("body", "diagnosis", "words"), BODIES.values(), ids=BODIES.keys())
def test_what_a_beginner_reads(box: Box, tmp_path: Path, body: str, diagnosis: str, words: tuple[str, ...]) -> None:
    source = text(f"{HEAD}async def double(n):\n    {body}\n    return 2 * n\n")
    marked = [number for number, line in enumerate(source.splitlines(), start=1) if line.endswith("#<")]
    line = marked[0] if marked else source.splitlines().index("    return deep(n)") + 1

    failures = of_double(box, tmp_path, source)

    assert len(failures) == 2  # the messages are CPython's, anyio's and those of the backend
    for failure in failures:
        assert (failure.diagnosis, failure.line) == (diagnosis, line), failure.exception
        assert all(word in in_short(failure) for word in words), in_short(failure)
        assert failure.exception


# ---- asyncio's own ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "return await asyncio.create_task(work(n))",
        "return (await asyncio.gather(work(n)))[0]",
        "await asyncio.sleep(0); return 2 * n",
        "await asyncio.sleep(n); return 2 * n",
        "async with asyncio.timeout(n): return 2 * n",
        "return await asyncio.wait_for(work(n), 1)",
        "q = asyncio.Queue(); asyncio.get_running_loop().call_soon(q.put_nowait, 2 * n); return await q.get()",
        "return await asyncio.Queue().get()",
        "await asyncio.Event().wait()",
    ],
)
def test_what_is_asyncios_own_is_said_on_trio(box: Box, tmp_path: Path, body: str) -> None:
    source = f"import asyncio\nasync def work(n):\n    return 2 * n\nasync def double(n):\n    {body}\n"

    (failure,) = of_double(box, tmp_path, source, backends=("trio",))

    assert (failure.diagnosis, failure.line) == ("one-backend-only", 5)
    assert "asyncio" in failure.error
    assert "anyio" in failure.help


# ---- at the top of the file ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "diagnosis", "words"),
    [
        ("anyio.run(double, 3)", "module-level", ("when the file is loaded", '__name__ == \\"__main__\\"')),
        ("x = input()", "no-keyboard", ("take the `input()` out",)),
        ("x = nothing", "unknown-name", ("`nothing` does not exist",)),
    ],
)
def test_what_is_raised_while_the_file_is_loaded(
    box: Box, tmp_path: Path, line: str, diagnosis: str, words: tuple[str, ...]
) -> None:
    for failure in of_double(box, tmp_path, f"import anyio\nasync def double(n):\n    return 2 * n\n{line}\n"):
        assert (failure.diagnosis, failure.line) == (diagnosis, 4)
        assert all(word in in_short(failure) for word in words)


# ---- by messages alone -----------------------------------------------------------------------------------------------


def of(kind: str, message: str, source: str = "x = 1\n", line: int = 1) -> Finding | None:
    raised = Raise(leaf=leaf(kind, message, line=line), line=line, code=code(source), allowed=("anyio",))
    return explain_exception(raised)


@pytest.mark.parametrize(
    ("kind", "message", "diagnosis"),
    [
        ("TypeError", "'NoneType' object can't be awaited", "not-awaitable"),  # from 3.14 on
        (
            "TypeError",
            "'TaskGroup' object does not support the context manager protocol (missed __exit__ method)",
            "async-with",
        ),
        ("TypeError", "f() got an unexpected keyword argument 'alpa'. Did you mean 'alpha'?", "wrong-arguments"),
        ("RuntimeError", "Runner.run() cannot be called from a running event loop", "module-level"),
        ("RuntimeError", "Attempted to call run() from inside a run()", "module-level"),
        ("RuntimeError", "This event loop is already running", "module-level"),
        ("RuntimeError", "There is no current event loop in thread 'MainThread'.", "one-backend-only"),
        ("RuntimeError", "Nursery is closed to new arrivals", "async-with"),
        ("RuntimeError", "async generator raised StopAsyncIteration", "stop-iteration"),
        ("submission.TypeError", "f() takes 0 positional arguments but 1 was given", ""),
        ("ValueError", "bytes and str", ""),
        ("RuntimeError", "nothing in particular", ""),
        ("TypeError", "", ""),
    ],
)
def test_messages_of_other_versions_and_of_nobody(kind: str, message: str, diagnosis: str) -> None:
    found = of(kind, message)

    assert (found.diagnosis if found else "") == diagnosis


def test_a_suggestion_of_python_is_no_part_of_the_sentence() -> None:
    found = of("TypeError", "f() got an unexpected keyword argument 'alpa'. Did you mean 'alpha'?")

    assert found is not None
    assert found.error.endswith("it got an unexpected keyword argument 'alpa'")
    assert found.got.endswith("Did you mean 'alpha'?")


def test_where_start_soon_hands_nothing_back_an_await_before_it_is_named() -> None:
    source = "async def f(tg):\n    await tg.start_soon(f)\n"
    found = of("TypeError", "object NoneType can't be used in 'await' expression", source, 2)

    assert found is not None
    assert "`tg.start_soon` starts a task and returns at once" in found.error
    assert "take the `await` out" in found.help


@pytest.mark.parametrize(
    ("function", "help"),
    [
        ("__anext__", "catch it there and `raise StopAsyncIteration`, which ends an `async for`"),
        ("anything", "catch it there, or go through the items with a `for` loop, which ends by itself"),
    ],
)
def test_only_in_anext_the_end_is_told_by_stop_async_iteration(function: str, help: str) -> None:
    source = f"class A:\n    async def {function}(self):\n        return next(self.it)\n"
    found = of("RuntimeError", "coroutine raised StopIteration", source, 3)

    assert found is not None
    assert found.help == help


@pytest.mark.parametrize("message", ["generator raised StopIteration", "async generator raised StopIteration"])
def test_a_generator_ends_by_return(message: str) -> None:
    found = of("RuntimeError", message)

    assert found is not None
    assert "function with a `yield`" in found.error
    assert "`return`" in found.help


def test_the_line_that_lets_a_stop_iteration_out() -> None:
    source = """
    def plain(it):
        return next(it)
    async def safe(it):
        return next(it, None)
    async def lets(it):
        return next(it)
    """
    stop = leaf("RuntimeError", "coroutine raised StopIteration", line=None)

    assert line_of_stop(stop, code(source)) == 6
    assert line_of_stop(leaf("RuntimeError", "boom", line=None), code(source)) is None
    assert line_of_stop(stop, code("async def f():\n    raise StopIteration\n")) == 2
    assert line_of_stop(stop, code("async def f():\n    pass\n")) is None


def test_of_any_other_exception_nothing_is_known() -> None:
    raised = Raise(leaf=leaf("ValueError", "boom", line=3), line=3, code=code("x = 1\n"), allowed=())

    assert explain_exception(raised) is None


def test_an_async_def_in_the_place_of_aiter_is_named_where_it_stands() -> None:
    message = "'async for' received an object from __aiter__ that does not implement __anext__: coroutine"
    source = "class Later:\n    async def __aiter__(self):\n        return self\n"
    raised = Raise(leaf=leaf("TypeError", message, line=9), line=9, code=code(source), allowed=())

    found = explain_exception(raised)

    assert found is not None
    assert (found.diagnosis, found.line) == ("wrong-kind", 2)
    assert "without `async`" in found.help
