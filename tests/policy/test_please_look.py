"""What reaches behind the curtain is pointed out, in whatever spelling; ordinary code is left alone."""

from __future__ import annotations

import cProfile
from pathlib import Path

import pytest

from grader.kit.exercise import Rules
from grader.kit.kit import builtin_root
from grader.policy.please_look import please_look
from grader.policy.rules import check_rules
from tests.policy.reading_samples import marked, program

RULES = Rules(imports=("anyio", "@pure"), off_limits=("anyio.move_on_after", "anyio.itertools", ".deadline ="))


def remarks(source: str) -> list[str]:
    return [fault.error for fault in please_look(program(source))]


# ---- attributes by computed names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "functools.update_wrapper(mine, thing, assigned=names)",
        "functools.update_wrapper(mine, thing, assigned=('a',), updated=())",
        "functools.update_wrapper(mine, thing, updated=names)",
        "functools.update_wrapper(mine, thing, names)",
        "functools.update_wrapper(mine, thing, (), names)",
        "functools.update_wrapper(Catch(), thing)",
        "functools.update_wrapper(*arguments)",
        "functools.update_wrapper(mine, thing, **options)",
        "functools.update_wrapper(wrapped=thing, wrapper=mine)",
        "functools.wraps(thing, assigned=names)(mine)",
        "functools.wraps(thing, names)(mine)",
        "functools.wraps(*arguments)(mine)",
        "functools.wraps(thing, **options)(mine)",
        "functools.wraps(thing)(Catch())",
        "@functools.wraps(thing, updated=names)\ndef f(): ...",
        "@functools.wraps(thing)\nclass Catch: ...",
        "take = functools.partial(functools.update_wrapper, assigned=names)",
        "take = functools.partial(functools.wraps, thing, names)",
        "take = functools.update_wrapper\ntake(mine, thing, names)",
        "from functools import update_wrapper as take\ntake(mine, thing, names)",
        "from functools import wraps\nlist(map(wraps, things))",
        "from contextlib import wraps\nwraps(thing, names)(mine)",
        "import dataclasses\ndataclasses.functools.update_wrapper(mine, thing, names)",
        "getattr(functools, 'update' + '_wrapper')(mine, thing, names)",
        "def f(take=functools.update_wrapper):\n    take(mine, thing, names)",
        "(take := functools.update_wrapper)(mine, thing, names)",
        "class A:\n    take = functools.update_wrapper",
    ],
)
def test_copying_attributes_by_their_names_is_pointed_out(source: str) -> None:
    assert any(error.endswith("takes attributes by their names") for error in remarks(f"import functools\n{source}\n"))


@pytest.mark.parametrize(
    "source",
    [
        "import operator\noperator.attrgetter(name)(thing)",
        "from operator import attrgetter as get\nget(name)(thing)",
        "import operator\ntake = operator.methodcaller\ntake(name)(thing)",
        "import contextvars\nfor variable, value in contextvars.copy_context().items(): ...",
        "import dataclasses\ndataclasses.asdict(thing)",
        "from dataclasses import fields\nfields(thing)",
        "from dataclasses import astuple, replace\nreplace(thing, now=0)",
        "from dataclasses import make_dataclass\nmake_dataclass('A', names)",
        "import copy\ncopy.copy(fns[0])",
        "import copy\ncopies = map(copy.deepcopy, fns)",
        "from types import MethodType\nMethodType(f, thing)",
        "import contextlib\ncontextlib.MethodType(f, thing)",
        "import types\ntypes.new_class('A')",
        "import contextlib\nclass Catch(contextlib.redirect_stdout): ...",
        "import enum\nenum.global_enum(A)",
        "import anyio\nanyio.get_running_tasks()",
        "import anyio\nanyio.get_current_task().coro",
        "import anyio.lowlevel\nanyio.lowlevel.get_async_backend()",
        "import asyncio\nasyncio.all_tasks()",
        "import asyncio\nasyncio.current_task().get_coro()",
        "import asyncio\nasyncio.current_task().get_stack()",
        "import gc",
        "from inspect import currentframe",
        "import unittest.mock",
        "import pickle",
        "type('A', (), {})",
        "type(*parts)",
        "class A(type(thing)): ...",
        "K = type(thing)\nclass A(K): ...",
        "class A(thing.__class__): ...",
        "class A(type): ...",
        "class A(metaclass=M): ...",
        "class A(**options): ...",
        "__build_class__(f, 'A')",
        "object.__getattribute__(thing, name)",
        "super().__getattribute__(name)",
        "object.__setattr__(thing, 'now', 0)",
        "object.__setattr__(thing, name, 0)",
        "change = object.__setattr__",
        "object.__delattr__(thing, 'now')",
        "type(thing).now = 0",
        "thing.__class__.now = 0",
        "def f(take=getattr):\n    take(thing, name)",
        "(take := getattr)(thing, name)",
        "getattr.__call__(thing, name)",
        "getattr(getattr, '__call__')(thing, name)",
        "text.format(thing)",
        "def f(text):\n    return text.format_map(thing)",
        "str.format(text, thing)",
        "('{0.' + 'now}').format(thing)",
        "'{0.now}{}'.format(thing)",
        "TEXT = '{0' + '.now}'\nTEXT.format(thing)",
        "try: ...\nexcept Exception as error:\n    error.__traceback__.tb_frame",
        "try: ...\nexcept* ValueError as error:\n    error.__traceback__.tb_next",
    ],
)
def test_other_ways_round_are_pointed_out(source: str) -> None:
    assert remarks(source)


@pytest.mark.parametrize(
    "name", ["__setattr__", "__getattr__", "__getattribute__", "__set_name__", "__instancecheck__"]
)
def test_catching_what_python_sets_or_asks_for_is_pointed_out(name: str) -> None:
    assert remarks(f"class Catch:\n    def {name}(self, *arguments):\n        caught.append(arguments)\n")
    assert remarks(f"class Catch:\n    {name} = caught.append\n")


@pytest.mark.parametrize("name", ["__reduce__", "__reduce_ex__", "__setstate__", "__get__", "__set__", "__prepare__"])
def test_hooks_of_copying_and_of_descriptors_are_pointed_out(name: str) -> None:
    assert remarks(f"class Catch:\n    def {name}(self, *arguments): ...\n") == [
        f"`{name}` is called by Python where no reader sees a call"
    ]


# ---- objects reached through arguments ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "underlined"),
    [
        ("def f(fn):\n    fn.func", "func"),
        ("def f(fn):\n    fn.args[0]", "args"),
        ("def f(fn):\n    fn.keywords['x']", "keywords"),
        ("def f(fn):\n    getattr(fn, 'func', fn)", "func"),
        ("def f(fn):\n    cell.cell_contents", "cell_contents"),
        ("def f(fn):\n    getattr(cell, 'cell_contents')", "cell_contents"),
        ("def f(fn):\n    setattr(cell, 'cell_contents', 0)", "cell_contents"),
        ("def f(fn):\n    for fn.func in [0]: ...", "func"),
        ("import functools\nmatch fn:\n    case functools.partial(func=f, args=a): ...", "func"),
        ("match fn:\n    case object(cell_contents=c): ...", "cell_contents"),
        ("class A:\n    func = args = None\ndef f(fn):\n    fn.args", "args"),
        ("class A:\n    func = args = None\ndef f(fn: A):\n    fn.func", "func"),
        ("anyio.CancelScope.deadline.fset(scope, 1)", "fset"),
        ("import functools\nclass A(functools.partial):\n    func: object\nA(fn).func", "func"),
        ("import functools\nclass A(functools.partial):\n    def f(self):\n        self.args = self.args", "args"),
        ("match fn:\n    case object(_simulation=s): ...", "_simulation"),
        ("class A:\n    _simulation = None\nmatch fn:\n    case object(_simulation=s): ...", "_simulation"),
        ("class A:\n    _simulation = None\ndef f(fn):\n    getattr(fn, '_simulation')", "_simulation"),
        ("class A:\n    _now = None\ndef f(fn):\n    setattr(fn, '_now', 0)", "_now"),
        ("class A:\n    _now = None\ndef f(fn):\n    fn._now = 0", "_now"),
        ("def _choose(): ...\ndef f(fn):\n    fn._choose = _choose", "_choose"),
        ("def f(fn):\n    _simulation = fn._simulation", "_simulation"),
    ],
)
def test_what_lies_inside_of_an_argument_is_pointed_out(source: str, underlined: str) -> None:
    assert underlined in [marked(fault) for fault in please_look(program(source))]


# ---- names put together ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["__globals__", "_simulation", "f_back", "cell_contents"])
@pytest.mark.parametrize(
    "form",
    [
        "'{one}' + '{two}'",
        "''.join(['{one}', '{two}'])",
        "'%s{two}' % '{one}'",
        "'{{}}{two}'.format('{one}')",
        "f'{{\"{one}\"}}{two}'",
        "'{reversed}'[::-1]",
        "b'{one}{two}'.decode()",
        "'{one}-{two}'.replace('-', '')",
        "FIRST + '{two}'",
    ],
)
def test_a_name_that_is_put_together_is_read(form: str, name: str) -> None:
    text = form.format(one=name[:4], two=name[4:], reversed=name[::-1])

    assert f"`{name}` is put together here, so that no reader sees the name" in remarks(
        f"FIRST = '{name[:4]}'\nf({text})"
    )


@pytest.mark.parametrize(
    "source",
    [
        "import anyio\nf(anyio.sleep, 'move_on_' + 'after')",
        "import anyio\ngetattr(anyio, 'move_on_' + 'after')",
        "import anyio\nHALF = 'move_on'\nf(f'{HALF}_after')",
        "f('anyio.' + 'move_on_after')",
        "f('iter' + 'tools')",
        "setattr(scope, 'dead' + 'line', 0)",
        "object.__setattr__(scope, 'deadline', 0)",
    ],
)
def test_the_ready_made_answer_is_off_limits_in_pieces_too(source: str) -> None:
    assert [fault.kind for fault in check_rules(program(source), RULES)] == ["off-limits"]


def test_the_name_of_the_ready_made_answer_may_be_written_about() -> None:
    source = (
        "print('move_on_after would do it')\nwords = ['move_on_after', 'deadline']\nwords[0]\nprint('a ' + 'deadline')"
    )

    assert check_rules(program(source), RULES) == ()


# ---- whole attempts --------------------------------------------------------------------------------------------------

CATCH = """
import functools
import anyio
caught = []
class Catch:
    def __setattr__(self, name, value):
        caught.append(value)
"""


@pytest.mark.parametrize(
    "source",
    [
        CATCH + "def world():\n"
        "    functools.update_wrapper(Catch(), anyio.create_task_group, assigned=('__glo' + 'bals__',), updated=())\n"
        "    return caught[0]['__buil' + 'tins__']\n",
        CATCH + "class Own:\n    _simulation = _now = None\n"
        "async def join(*fns):\n    for fn in fns:\n        fn.args[0]._simulation._now = 0\n",
        "class Own:\n    _schedule = _choose = None\n"
        "async def select(*fns):\n    fns[0].keywords['stage']._simulation.schedule._choose = min\n",
        "class Own:\n    def __init__(self, stage):\n        self._simulation = self._now = stage\n"
        "    def turn_back(self):\n        self._simulation._now = 0\n"
        "async def join(*fns):\n    Own.turn_back(fns[0])\n",
    ],
    ids=["hidden-globals", "clock", "schedule", "borrowed-method"],
)
def test_attempts_to_change_how_one_is_judged_are_pointed_out(source: str) -> None:
    assert remarks(source)


# ---- ordinary code ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "import functools\ndef d(f):\n    @functools.wraps(f)\n    def g(*a):\n        return f(*a)\n    return g",
        "from functools import wraps\ndef d(f):\n    def g(*a):\n        return f(*a)\n    return wraps(f)(g)",
        "import functools\ndef d(f):\n    def g(*a): ...\n    functools.update_wrapper(g, f)\n    return g",
        "try: ...\nexcept ValueError as error:\n    print(error.args, error.__cause__.args)",
        "try: ...\nexcept* ValueError as group:\n    for error in group.exceptions:\n        print(error.args)",
        "match error:\n    case ValueError(args=(x,)): ...",
        "class Job:\n    def __init__(self, func, *args):\n        self.func, self.args = func, args\n"
        "    async def run(self):\n        return await self.func(*self.args)",
        "class Job:\n    def __init__(self, func):\n        self.func = func\n"
        "async def f(*fns):\n    jobs = [Job(fn) for fn in fns]\n    for job in jobs:\n        await job.func()",
        "from typing import ParamSpec\nP = ParamSpec('P')\ndef f(*args: P.args, **kwargs: P.kwargs): ...",
        "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass A:\n    x: int\n"
        "    def __post_init__(self):\n        object.__setattr__(self, 'x', 1)\n"
        "    def moved(self):\n        return dataclasses.replace(self, x=2), dataclasses.asdict(A(3))",
        "import copy\ndef f(fns):\n    results = [None] * len(fns)\n    return copy.copy(results)",
        "import socket\nhasattr(socket, 'AF_UNIX')",
        "from abc import ABC, ABCMeta\nclass A(ABC): ...\nclass B(metaclass=ABCMeta): ...",
        "type(error)(*error.details); type(x) is int",
        "from collections import namedtuple\nclass A(namedtuple('A', 'x y')): ...",
        "'{} and {:>{}}'.format(a, b, 8); TEXT = 'a {}'\nTEXT.format(1)",
        "class A:\n    def format(self): ...\nA().format()",
        "'_' * 20 + '_' * 20; 'a' + 'b'; f'{1}_{2}'; '-'.join(['a', 'b'])",
        "class A:\n    def __iadd__(self, other):\n        return self\n    __rmul__ = __iadd__",
    ],
)
def test_ordinary_code_is_left_alone(source: str) -> None:
    assert remarks(source) == []


def answers() -> list[Path]:
    root = builtin_root()
    return sorted([*root.glob("solutions/**/*.py"), *root.glob("exercises/*/*.py")])


@pytest.mark.parametrize("path", [path for path in answers() if path.name not in ("scenarios.py", "test_hidden.py")])
def test_no_answer_of_the_kit_deserves_a_look(path: Path) -> None:
    assert remarks(path.read_text("utf-8")) == []


# ---- in no time ------------------------------------------------------------------------------------------------------

_SIZE = 20_000


def _times(unit: str, size: int = _SIZE) -> str:
    return unit * (size // len(unit))


@pytest.mark.parametrize(
    "source",
    [
        _times("x._a._b\n"),
        "".join(f"class C{number}:\n def m(self): self._a\n" for number in range(700)),
        "".join(f"class C{number}:\n def m(self, x): x._a\n" for number in range(300)) + _times("y.m(1)\n", 8000),
        "class A:\n" + _times(" def __init__(self, x): self.x = x\n", 12000) + _times("A(1)\n", 8000),
        "class A:\n" + _times(" def m(self): self._x\n", 10000) + _times(" m\n", 10000),
        "class A:\n def m(self): self._x\n" + _times(" n = m\n", 10000) + _times("A.n(x)\n", 8000),
        "from dataclasses import dataclass\n@dataclass\nclass A:\n"
        + "".join(f" f{number}: int\n" for number in range(700))
        + _times("A(1,2,*z)\n", 10000),
        "class A: 0\nx=[]\n" + _times("x.append(A())\n", 15000) + _times("x[0]._a\n", 5000),
        "class A:\n def f(self):\n  self.q=[]\n" + _times("  self.q.append(A())\n") + _times("  self.q[0]._a\n", 5000),
        _times("x = y\n", 10000) + _times("x._a\n", 10000),
        "class A: 0\nx0=A()\n" + "".join(f"x{number + 1}=x{number}\nx{number}._a\n" for number in range(900)),
        "class A: 0\n" + "".join(f"x{number}=x{number + 1}\nx{number}._a\n" for number in range(900)),
        "class A: 0\n" + "".join(f"def _f{n}(x): _f{n + 1}(x); x._a\n" for n in range(500)) + "_f0(A())\n",
        "def f(x):\n" + _times(" if not isinstance(x, A): return\n x._a\n"),
        "class C0: 0\n" + "".join(f"class C{number + 1}(C{number}): 0\n" for number in range(700)),
        "class A: 0\ndef _f():\n" + _times(" return A()\n", 12000) + _times("_f()._a\n", 8000),
        "class A:\n def __init__(self, " + ",".join(f"a{n}" for n in range(250)) + "): 0\n" + _times("A(a1=2)\n"),
        _times("x = 'a' + 'b'\n"),
        _times("('a'*200).replace('a','b'*200)\n"),
        _times("''.join(['a','b'])\n"),
        _times("import functools\nfunctools.wraps(x,y)\n"),
        _times("t.start_soon(f, x)\n"),
        _times("x.format(a)\n", 10000),
        "class A: _a=0\n" + _times("x[0]=y._a\n", 15000),
        "class A: _a=0\n" + "x=" * 4000 + "y\n" + _times("x._a\n", 5000),
        "class A:\n _a=0\n" + _times(" def m(self, x): x._a\n", 8000) + _times("y.m(x, z)._a\n", 8000),
        "class A: _a=0\n" + _times("def f(x): x._a\n", 8000) + _times("f(y)._a\n", 8000),
        "class A: _a=0\n" + _times("map(lambda x: x._a, y)\n"),
        "class A: _a=0\n" + _times("@d\ndef f(x): x._a\n"),
        "def d(f):\n"
        + _times(" def g(*a): f(*a)\n", 8000)
        + "class A:\n _a=0\n"
        + _times(" @d\n def f(self): self._a\n", 8000),
        "def d():\n" + _times(" def g(f): f\n", 8000) + _times("@d()\ndef f(): x._a\n", 8000) + "class A: _a=0\n",
        "class A: _a=0\nx=[]\nf(" + "x,_a," * 3000 + ")\ny._a\n",
        "class A: _a=0\nx" + ".a(y)" * 200 + "._a\nx" + "[0]" * 400 + "[y] = y._a\n",
    ],
    ids=range(33),
)
def test_a_large_file_is_looked_through_in_no_time(source: str) -> None:
    with cProfile.Profile() as profile:
        please_look(program(source))

    assert sum(entry.callcount for entry in profile.getstats()) < 60 * _SIZE
