"""What may have come from outside is followed through collections, callbacks and decorators; the file's own is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.policy.please_look import please_look
from tests.policy.reading_samples import program

HONEST = sorted((Path(__file__).parent / "honest").glob("*.py"))
DOUBTFUL = {"stream_by_classes", "tree_with_recursion"}
"""Honest programs with a public function or method that nothing shows to be given objects of the file."""
OWN = "class Own:\n    def __init__(self):\n        self._x = self._y = None\n    def _m(self): ...\n\n"


def remarks(source: str, asked: frozenset[str] | None = None) -> list[str]:
    return [fault.text.strip() for fault in please_look(program(source), asked)]


@pytest.mark.parametrize("path", [path for path in HONEST if path.stem not in DOUBTFUL], ids=lambda path: path.stem)
def test_no_honest_program_deserves_a_look(path: Path) -> None:
    assert remarks(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", HONEST, ids=lambda path: path.stem)
def test_helpers_that_the_exercise_does_not_ask_for_are_called_by_the_file_alone(path: Path) -> None:
    assert remarks(path.read_text("utf-8"), frozenset({"join"})) == []


@pytest.mark.parametrize(
    "source",
    [
        "box = {}\nbox['a'] = fns[0]\nbox['a']._x",
        "box = {}\nbox.setdefault('a', []).append(fns[0])\nbox['a'][0]._x",
        "box = {'a': fns[0]}\nfor each in box.values():\n    each._x",
        "box = {'a': fns[0]}\nfor _, each in box.items():\n    each._x",
        "import heapq\nheap = []\nheapq.heappush(heap, fns[0])\nheapq.heappop(heap)._x",
        "import heapq\nheap = []\nheapq.heappush(heap, (fns[0], fns[1]))\n_, each = heapq.heappop(heap)\neach._x",
        "max(fns, key=lambda each: each._x)",
        "sorted([*fns, Own()])[0]._x",
        "list(map(lambda each: each._x, fns))",
        "fns.sort(key=lambda each: each._x)",
        "(lambda each: each._x)(fns[0])",
        "a, *rest = fns\nrest[0]._x",
        "first = second = fns[0]\nsecond._x",
        "match fns:\n    case [each, *_]:\n        each._x",
        "async def f():\n    (await fns[0]())._x",
        "async def f():\n    async for each in fns[0]:\n        each._x",
        "import anyio\nanyio.create_task_group()._x",
        "import anyio\nasync def f():\n    async with anyio.create_task_group() as group:\n        group._x",
        "import anyio\nanyio.Event._x",
        "def _f(each):\n    each._x\n_f(fns[0])",
        "def _f(*each):\n    each[0]._x\n_f(fns[0])",
        "def _f(**each):\n    each['a']._x\n_f(a=fns[0])",
        "def _f(each=fns):\n    each._x\n_f()",
        "def _f(each):\n    each._x\ntable = {'a': _f}\ntable['a'](fns[0])",
        "def _give():\n    yield fns[0]\nfor each in _give():\n    each._x",
        "class B:\n    @property\n    def it(self):\n        return fns[0]\nB().it._x",
        "class B:\n    def __enter__(self):\n        return fns[0]\nwith B() as each:\n    each._x",
        "class B:\n    def __init__(self, it):\n        self._it = it\n    def f(self):\n        self._it._x\n"
        "B(fns[0])",
        "class B(Own):\n    def f(self):\n        self._x\nB.f(fns[0])",
        "class B(Own):\n    def f(self):\n        self._x\nlist(map(B.f, fns))",
        "class B(Own):\n    def f(self):\n        self._x\n[B][0].f(fns[0])",
        "class B:\n    def __init__(self):\n        self._own = []\n    def add(self, each):\n"
        "        self._own.append(each)\n    def f(self):\n        self._own[0]._x",
        "def f():\n    own = None\n    def g():\n        nonlocal own\n        own = fns[0]\n    own._x",
        "from dataclasses import dataclass\n@dataclass\nclass D:\n    it: object\nD(it=fns[0]).it._x",
        "import functools\nclass Job(functools.partial):\n    args = None\njobs = {1: Job(fns)}\njobs[1].args  # _x",
        "class Job:\n    args = None\njobs = {1: fns[0]}\njobs[1].args  # _x",
        "import json\ndef _x():\n    for kind in json.Kind:\n        kind._value_ = '_x'",
        "class B:\n    @classmethod\n    def f(cls, each):\n        each._x\nB.f(fns[0])",
        "class B:\n    it = None\nsetattr(B, 'it', fns[0])\nB.it._x",
    ],
)
def test_what_comes_from_outside_is_foreign_though_a_class_has_such_an_attribute(source: str) -> None:
    assert any("_x" in line for line in remarks(OWN + source))


@pytest.mark.parametrize(
    "source",
    [
        "box = {}\nbox['a'] = Own()\nbox['a']._x",
        "box = {key: Own() for key in fns}\nfor key, each in box.items():\n    each._x",
        "import heapq\nheap = []\nheapq.heappush(heap, (fns[0], Own()))\n_, each = heapq.heappop(heap)\neach._x",
        "own = [Own()]\nmax(own, key=lambda each: each._x)",
        "import functools\ndef _f(each, other):\n    each._x\nfunctools.partial(_f, Own())(1)",
        "class B(Own):\n    def __lt__(self, other):\n        return self._x < other._x",
        "class Job:\n    def __init__(self, func):\n        self.func = func\n"
        "jobs = {}\njobs[1] = Job(fns)\njobs[1].func",
        "class B:\n    def add(self, *others: Own):\n        others[0]._x",
        "import anyio\nsend, receive = anyio.create_memory_object_stream[Own](1)\nsend.send(Own())\n"
        "async def f():\n    (await receive.receive())._x",
        "class B(Own):\n    def on_a(self):\n        self._x\n    def f(self, name):\n"
        "        getattr(self, f'on_{name}')()",
    ],
)
def test_what_the_file_keeps_for_itself_is_not_foreign(source: str) -> None:
    assert remarks(OWN + source) == []


# ---- decorators ------------------------------------------------------------------------------------------------------

DECORATOR = """\
def again(fn):
    @functools.wraps(fn)
    def wrapper(*args):
        return fn({given})
    return wrapper
"""
DECORATED = "import functools\n{decorator}class Own:\n    _x = None\n    @again\n    def f(self):\n        self._x\n"


@pytest.mark.parametrize(
    "source",
    [
        DECORATED.format(decorator=DECORATOR.format(given="*args")),
        "import functools\ndef again(fn):\n    def wrapper(self, *args):\n        self._x\n"
        "        return fn(self, *args)\n    return functools.wraps(fn)(wrapper)\n"
        "class Own:\n    _x = None\n    @again\n    def f(self):\n        self._x\n",
        "def times(n):\n    def take(fn):\n        def wrapper(*args):\n            return fn(*args)\n"
        "        return wrapper\n    return take\n"
        "class Own:\n    _x = None\n    @times(3)\n    def f(self):\n        self._x\n",
        "handlers = []\ndef register(fn):\n    handlers.append(fn)\n    return fn\n"
        "class Own:\n    _x = None\n    @register\n    def f(self):\n        self._x\nhandlers[0](Own())",
        "class times:\n    def __init__(self, n):\n        self.n = n\n    def __call__(self, fn):\n"
        "        def wrapper(*args):\n            return fn(*args)\n        return wrapper\n"
        "class Own:\n    _x = None\n    @times(3)\n    def f(self):\n        self._x\n",
        "from functools import cache, cached_property\nclass Own:\n    _x = None\n    @cache\n    def f(self):\n"
        "        self._x\n    @cached_property\n    def g(self):\n        return Own()\nOwn().g._x",
        "from contextlib import asynccontextmanager\nclass Own:\n    _x = None\n    @asynccontextmanager\n"
        "    async def f(self):\n        self._x\n        yield self\n"
        "async def g():\n    async with Own().f() as own:\n        own._x",
    ],
)
def test_a_decorator_that_passes_its_arguments_on_changes_nothing(source: str) -> None:
    assert remarks(source) == []


@pytest.mark.parametrize(
    "source",
    [
        DECORATED.format(decorator=DECORATOR.format(given="thing")),
        DECORATED.format(decorator=DECORATOR.format(given="*things")),
        "handlers = []\ndef register(fn):\n    handlers.append(fn)\n    return fn\n"
        "class Own:\n    _x = None\n    @register\n    def f(self):\n        self._x\nhandlers[0](thing)",
        DECORATED.format(decorator="").replace("again", "thing.register"),
        DECORATED.format(decorator="").replace("again", "functools.partial(map, things)"),
        DECORATED.format(decorator="def classmethod(fn):\n    fn(things)\n").replace("again", "classmethod"),
        OWN + "@thing.register\ndef _f(each):\n    each._x\n_f(Own())",
        "class Own:\n    _x = None\n    def staticmethod(fn):\n        fn(things[0])\n    @staticmethod\n"
        "    def f(self):\n        self._x",
        OWN + "def again(fn):\n    def wrapper(x):\n        x._x\n        return fn(x)\n    return wrapper\n"
        "@again\ndef g(y): ...\n",
        "def again(fn):\n    def wrapper(self, x):\n        x._x\n        return fn(self, x)\n    return wrapper\n"
        "class Own:\n    _x = None\n    @again\n    def f(self, x): ...\nOwn().f(thing)",
        "def again(fn):\n    def wrapper(self, *args):\n        args[0]._x\n        return fn(self, *args)\n"
        "    return wrapper\nclass Own:\n    _x = None\n    @again\n    def f(self, x): ...\nOwn().f(thing)",
    ],
)
def test_what_an_unknown_decorator_gives_a_function_is_foreign(source: str) -> None:
    assert any("_x" in line for line in remarks(source))
