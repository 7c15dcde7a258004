from __future__ import annotations

import cProfile
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.kit.exercise import Exercise, Limits, Rules
from grader.kit.kit import builtin_root, load_kit
from grader.policy.please_look import please_look
from grader.policy.program import Program, read
from grader.policy.rules import PURE_MODULES, Findings, check, check_rules
from grader.policy.submission import Fault, Submission

RULES = Rules(
    imports=("anyio", "anyio.abc", "anyio.streams.memory", "@pure"),
    off_limits=("anyio.gather", "anyio.itertools", "anyio.CancelScope(deadline=)", ".deadline ="),
)
STUB = "async def join(*fns):\n    raise NotImplementedError\n"
EXERCISE = Exercise(
    id="ex01",
    title="join",
    summary="",
    folder=Path("ex01_join"),
    file="join.py",
    concepts=(),
    level=1,
    after=(),
    minutes=1,
    needs=(),
    backends=("asyncio", "trio"),
    rules=RULES,
    hints={},
    limits=Limits(),
    tests=(),
    solutions=None,
)


def builtin(id: str) -> Exercise:
    return load_kit(builtin_root()).exercise(id)


def submission(source: str) -> Submission:
    return Submission(path=Path("join.py"), source=source, digest="")


def checked(source: str) -> Findings:
    return check(submission(source), EXERCISE, STUB)


def program(source: str) -> Program:
    found = read(submission(source))
    assert isinstance(found, Program), found
    return found


def broken(source: str, rules: Rules = RULES) -> tuple[Fault, ...]:
    return check_rules(program(source), rules)


def place(fault: Fault) -> tuple[int | None, int | None, int]:
    assert fault.help[0].islower()
    return fault.line, fault.column, fault.width


def marked(fault: Fault) -> str:
    """What the caret underlines."""
    assert fault.column is not None
    return fault.text[fault.column - 1 : fault.column - 1 + fault.width]


# ---- what Python cannot read ----------------------------------------------------------------------------------------


def syntax(source: str) -> Fault:
    (fault,) = checked(source).faults
    assert fault.kind == "syntax"
    assert fault.help[0].islower()
    return fault


def test_a_syntax_error_is_placed() -> None:
    fault = syntax("x = 1\nä = (1,\n")

    assert place(fault) == (2, 5, 1)
    assert fault.text == "ä = (1,"
    assert fault.help == "close the bracket that is opened here"


def test_what_only_the_compiler_notices_is_a_syntax_error_too() -> None:
    assert syntax("x = 1\nreturn x\n").line == 2
    assert "`async`" in syntax("def join(*fns):\n    await fns[0]()\n").help


def test_a_syntax_error_stops_everything_else() -> None:
    findings = checked("import os\nx.__globals__\n(")

    assert [fault.kind for fault in findings.faults] == ["syntax"]
    assert findings.look == ()


BOMBS = {
    "minus": "-" * 100_000 + "1",
    "brackets": "(" * 100_000,
    "attributes": "a" + ".a" * 9_000,
    "calls": "a" + "()" * 9_000,
    "additions": "1" + "+1" * 9_000,
    "elif": "if 0: pass\n" + "elif 0: pass\n" * 9_000,
    "digits": "x = " + "9" * 10_000,
    "one long line": "import a" + ".b" * 100_000,
    "one long line in pieces": "import a" + "\\\n.b" * 50_000,
    "indents": "".join(" " * depth + "if 1:\n" for depth in range(150)),
    "a null": "x = 1\0",
    "half a character": "x = '\ud800'",
}


@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS.keys())
def test_a_file_made_to_break_the_reader_is_a_syntax_error(source: str) -> None:
    assert syntax(source).error


def test_deep_code_that_python_does_read_is_read() -> None:
    assert isinstance(read(submission("x = " + "-" * 500 + "1\nclass A(" + "a" + ".a" * 500 + "): pass")), Program)
    assert checked("async def join(*fns):\n    return " + "-" * 500 + "1\n").faults == ()


def test_a_warning_of_the_compiler_is_no_fault() -> None:
    assert checked(STUB.replace("raise NotImplementedError", r"return '\d' is 1")).faults == ()


def test_the_stages_come_one_after_the_other() -> None:
    assert [fault.kind for fault in checked(STUB).faults] == ["untouched"]
    assert [fault.kind for fault in checked("import os").faults] == ["name-missing"]
    assert [fault.kind for fault in checked("import os, anyio\nanyio.gather\njoin = 1").faults] == ["import"]
    assert [fault.kind for fault in checked("import anyio\nanyio.gather\njoin = 1").faults] == ["off-limits"]
    assert checked("import anyio\njoin = 1") == Findings(faults=(), look=())


# ---- imports --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "import anyio",
        "import anyio.abc as x, functools",
        "import collections.abc",
        "from anyio import sleep, abc",
        "from anyio.streams.memory import MemoryObjectReceiveStream",
        "from anyio import streams\nstreams.memory",
        "import anyio\nanyio.abc.TaskGroup; anyio.sleep; anyio.streams.memory.X",
        "from __future__ import annotations",
        "from urllib import parse",
        "import urllib.parse\nurllib.parse.urlsplit",
        "import typing\nif typing.TYPE_CHECKING:\n    from types import TracebackType",
        "from time import time\ntime()",
        "import datetime\ndatetime.time",
    ],
)
def test_what_the_rules_list_may_be_imported(source: str) -> None:
    assert broken(source) == ()


@pytest.mark.parametrize(
    ("source", "module", "where"),
    [
        ("import os", "os", (1, 8, 2)),
        ("import anyio, os.path as p", "os.path", (1, 15, 12)),
        ("from os import path", "os", (1, 1, 19)),
        ("ä = 1; import trio", "trio", (1, 15, 4)),
        ("def f():\n    import asyncio", "asyncio", (2, 12, 7)),
        ("import anyio.to_thread", "anyio.to_thread", (1, 8, 15)),
        ("from anyio import sleep, to_thread", "anyio.to_thread", (1, 26, 9)),
        ("from anyio.streams import tls", "anyio.streams", (1, 1, 29)),
        ("from anyio.streams.tls import TLSStream", "anyio.streams.tls", (1, 1, 39)),
        ("import anyio as a\na.to_thread.run_sync", "anyio.to_thread", (2, 1, 20)),
        ("import anyio.abc\nanyio.streams.tls", "anyio.streams.tls", (2, 1, 17)),
        ("from contextlib import os", "contextlib.os", (1, 24, 2)),
        ("import typing as t\nt.sys.modules", "typing.sys", (2, 1, 13)),
        ("import urllib.parse\nurllib.request", "urllib.request", (2, 1, 14)),
        ("import functools\ngetattr(functools, 'os')", "functools.os", (2, 1, 24)),
        ("import anyio\ndef f(x=anyio):\n    x.to_process", "anyio.to_process", (3, 5, 12)),
        ("from builtins import eval", "builtins", (1, 1, 25)),
        ("import __main__\n__main__.x", "__main__", (1, 8, 8)),
    ],
)
def test_any_other_module_is_refused_where_it_comes_in(source: str, module: str, where: tuple[int, int, int]) -> None:
    fault = broken(source)[0]

    assert fault.kind == "import"
    assert fault.error == f"`{module}` is not among the modules that this exercise may import"
    assert place(fault) == where


def test_without_pure_only_what_is_listed_may_be_imported() -> None:
    rules = Rules(imports=("heapq",), off_limits=())

    assert broken("from __future__ import annotations\nimport heapq", rules) == ()
    assert broken("import functools", rules)[0].help == "use `heapq`"


@pytest.mark.parametrize("source", ["from . import x", "from ..a import x", "from .a import *"])
def test_relative_imports_are_refused(source: str) -> None:
    (fault,) = broken(source)

    assert (fault.kind, place(fault)) == ("import", (1, 1, len(source)))
    assert "stands alone" in fault.error


@pytest.mark.parametrize(
    "source",
    [
        "from race import select",
        "import race",
        "from ex02_select.race import select",
        "from ex02_select import race",
        "from ..ex02_select.race import select",
        "from .race import select",
        "from . import race",
        "from exercises.ex02_select.race import select as win",
    ],
)
def test_whoever_imports_an_answer_to_another_exercise_is_told_to_copy_it(source: str) -> None:
    exercise = builtin("ex04")
    stub = exercise.stub.read_text()
    text = stub.replace("from collections.abc", f"{source}\nfrom collections.abc", 1)
    (fault,) = check(submission(text), exercise, stub).faults

    assert fault.error == "this imports the answer to ex02, and each file stands alone"
    assert fault.help == "copy what you need of that answer into this file"


def test_a_module_that_is_allowed_is_no_answer_to_another_exercise(tmp_path: Path) -> None:
    (tmp_path / "ex02_heapq").mkdir()
    (tmp_path / "ex02_heapq" / "heapq.py").write_text("")
    exercise = replace(EXERCISE, folder=tmp_path / "ex01_join")

    assert check(submission(f"import heapq\n{STUB}"), exercise, STUB).faults == ()


def test_star_imports_are_refused() -> None:
    (fault,) = broken("from anyio import *")

    assert (fault.kind, place(fault)) == ("import", (1, 1, 19))
    assert fault.help == "name what is needed: `from anyio import ...`"


@pytest.mark.parametrize("name", ["__import__", "__builtins__"])
def test_hidden_doors_are_refused_even_when_they_are_not_called(name: str) -> None:
    (fault,) = broken(f"x = {name}")

    assert (fault.kind, place(fault)) == ("import", (1, 5, len(name)))


def test_other_async_libraries_lead_to_anyio_and_misspelt_ones_to_the_right_one() -> None:
    assert broken("import trio")[0].help == "use `anyio`, so that the same file runs on asyncio and on trio"
    assert broken("import itertool")[0].help == "import `itertools` instead, if that is what was meant"


def test_the_harmless_modules_are_modules_of_the_standard_library_and_harmless() -> None:
    assert {name.partition(".")[0] for name in PURE_MODULES} <= sys.stdlib_module_names
    dangerous = (
        "os sys subprocess socket threading asyncio ctypes inspect gc importlib builtins pickle signal io tempfile"
    )
    assert not PURE_MODULES & {*dangerous.split(), "shutil", "pathlib", "multiprocessing", "warnings", "atexit", "ast"}


# ---- off limits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "rule", "where"),
    [
        ("import anyio\nanyio.gather()", "anyio.gather", (2, 1, 12)),
        ("import anyio as a\nx = a.gather", "anyio.gather", (2, 5, 8)),
        ("from anyio import sleep, gather as g", "anyio.gather", (1, 26, 11)),
        ("import anyio.itertools", "anyio.itertools", (1, 8, 15)),
        ("import anyio.itertools as it", "anyio.itertools", (1, 8, 21)),
        ("from anyio import itertools", "anyio.itertools", (1, 19, 9)),
        ("from anyio.itertools import chain", "anyio.itertools", (1, 29, 5)),
        ("import anyio\ngetattr(anyio, 'gather')", "anyio.gather", (2, 1, 24)),
        ("import anyio\nanyio.__dict__['gather']", "anyio.gather", (2, 1, 24)),
        ("import anyio\nvars(anyio)['gather']", "anyio.gather", (2, 1, 21)),
        ("import anyio\nx = y = anyio\ny.gather", "anyio.gather", (3, 1, 8)),
        ("import anyio\na, b = 1, anyio\nb.gather", "anyio.gather", (3, 1, 8)),
        ("c = b\nb = a\nimport anyio as a\nc.gather", "anyio.gather", (4, 1, 8)),
        ("import anyio\n(x := anyio).gather", "anyio.gather", (2, 1, 19)),
        ("import anyio\nx: object = anyio\nx.gather", "anyio.gather", (3, 1, 8)),
        ("import anyio\ndef f(*, a=anyio):\n    return a.gather", "anyio.gather", (3, 12, 8)),
        (
            "import anyio\nwith anyio.CancelScope(shield=True, deadline=5): pass",
            "anyio.CancelScope(deadline=)",
            (2, 6, 42),
        ),
        ("from anyio import CancelScope as C\nC(**{'deadline': 1})", "anyio.CancelScope(deadline=)", (2, 1, 20)),
        (
            "import anyio, functools\nfunctools.partial(anyio.CancelScope, deadline=1)",
            "anyio.CancelScope(deadline=)",
            (2, 1, 48),
        ),
        ("import anyio.abc\nanyio.abc.CancelScope(deadline=1)", "anyio.CancelScope(deadline=)", (2, 1, 33)),
        ("type(s)(deadline=1)", "anyio.CancelScope(deadline=)", (1, 1, 19)),
        ("s.__class__(deadline=1)", "anyio.CancelScope(deadline=)", (1, 1, 23)),
        ("s.__setattr__('dead' + 'line', 1)", ".deadline = ...", (1, 1, 33)),
        ("s.deadline = 1", ".deadline = ...", (1, 1, 10)),
        ("s.deadline += 1", ".deadline = ...", (1, 1, 10)),
        ("a, s.scope.deadline = 1, 2", ".deadline = ...", (1, 4, 16)),
        ("setattr(s, 'deadline', 1)", ".deadline = ...", (1, 1, 25)),
        ("class T:\n    def f(self):\n        self = s\n        self.deadline = 1", ".deadline = ...", (4, 9, 13)),
        ("class T:\n    @staticmethod\n    def f(s):\n        s.deadline = 1", ".deadline = ...", (4, 9, 10)),
        ("class T:\n    def f(self):\n        self.deadline = 1\nT.f(s)", ".deadline = ...", (3, 9, 13)),
        (
            "import anyio\nclass T:\n    deadline = 0\ndef _f(shield):\n    s = anyio.CancelScope(shield=shield)\n"
            "    s.deadline = 1\n_f(T().deadline)",
            ".deadline = ...",
            (6, 5, 10),
        ),
    ],
)
def test_the_ready_made_answer_is_recognised_under_any_name(
    source: str, rule: str, where: tuple[int, int, int]
) -> None:
    fault = broken(source)[0]

    assert fault.kind == "off-limits"
    assert fault.error == f"`{rule}` is off limits: it is the answer to this exercise, not a building block for it"
    assert place(fault) == where


@pytest.mark.parametrize(
    "source",
    [
        "import anyio\nanyio.gatherer; anyio.sleep; x.gather",
        "gather = 1\ngather",
        "import anyio\nanyio.CancelScope(shield=True); anyio.move_on_after(deadline=1)",
        "import anyio\nanyio.CancelScope(**options)",
        "print(s.deadline)",
        "class Timer:\n    def again(self):\n        return type(self)(deadline=2)",
        "class Timer:\n    def __init__(self):\n        self.deadline = 1",
        "class Timer:\n    deadline = 1",
        "class Timer:\n    deadline = 1\ntimers = [Timer()]\nfor timer in timers:\n    timer.deadline = 2",
        "class Timer:\n    deadline = 1\n    def __post_init__(self):\n        object.__setattr__(self, 'deadline', 2)",
        "x = x.y\ny = y",
    ],
)
def test_what_only_looks_like_it_is_fine(source: str) -> None:
    assert broken(source) == ()


def test_the_same_rule_is_named_once_per_line() -> None:
    found = broken("import anyio\nanyio.gather(anyio.gather)\nanyio.gather.x.y")

    assert [place(fault) for fault in found] == [(2, 1, 12), (3, 1, 16)]


@pytest.mark.parametrize("name", ["eval", "exec", "compile"])
def test_text_is_not_turned_into_code(name: str) -> None:
    (fault,) = broken(f"x = 1\nf = {name}")

    assert (fault.kind, place(fault)) == ("off-limits", (2, 5, len(name)))


def test_a_learners_own_compile_is_fine() -> None:
    assert broken("import re\ndef compile(x): ...\ncompile(1)\nre.compile('x')") == ()


def test_at_most_five_faults_in_the_order_of_the_lines() -> None:
    source = "import anyio\n" + "anyio.gather\n" * 9

    assert [fault.line for fault in broken(source)] == [2, 3, 4, 5, 6]


def test_a_name_as_long_as_a_file_does_not_become_a_message() -> None:
    source = "import " + "x" * 15_000 + "\nimport anyio\nanyio." + "y" * 15_000

    assert all(len(fault.error) < 400 for fault in broken(source))


# ---- please look ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "line", "underlined"),
    [
        ("x.__globals__", 1, "__globals__"),
        ("().__class__.__bases__", 1, "__bases__"),
        ("y = 1\nf(x.cr_frame.f_back)", 2, "f_back"),
        ("__loader__", 1, "__loader__"),
        ("globals()", 1, "globals"),
        ("f = vars", 1, "vars"),
        ("getattr(x, y)", 1, "getattr(x, y)"),
        ("setattr(x, 'a' + 'b', 1)", 1, "setattr(x, 'a' + 'b', 1)"),
        ("getattr(x, 'gi_frame')", 1, "gi_frame"),
        ("from typing import get_type_hints as g\ng(x)", 2, "g"),
        ("import operator\noperator.attrgetter('a')", 2, "operator.attrgetter"),
        ("import anyio\nanyio.sleep = f", 2, "anyio.sleep"),
        ("from anyio import Event\nEvent.set = f", 2, "Event.set"),
        ("import anyio\ndel anyio.sleep", 2, "anyio.sleep"),
        ("import anyio\nsetattr(anyio, 'sleep', f)", 2, "setattr(anyio, 'sleep', f)"),
        ("getattr(x, '__dict__')", 1, "__dict__"),
        ("'{0.a}'.format(x)", 1, "'{0.a}'"),
        ("str.format('{x.a}', x=x)", 1, "'{x.a}'"),
        ("text = '{0.a}'\ntext.format(x)", 1, "'{0.a}'"),
        ("y = '{0.a}'.format\ny(x)", 1, "'{0.a}'"),
        ("import string\nstring.Formatter().get_field('0', x, {})", 2, "string.Formatter"),
        ("from types import LambdaType\nLambdaType(x, {})", 2, "LambdaType"),
        ("from functools import singledispatch as s\n@s\ndef f(): ...", 2, "s"),
        ("class A:\n    __match_args__ = ('__clo' + 'sure__',)", 2, "__match_args__"),
        ("class A:\n    __class__ = int", 2, "__class__"),
        ("x.__class__ = A", 1, "__class__"),
        ("class A:\n    def __eq__(self, other):\n        return True", 2, "__eq__"),
        ("name = '__closure__'", 1, "__closure__"),
        ("reach = getattr", 1, "getattr"),
        ("map(getattr, x, y)", 1, "getattr"),
        ("import anyio\nx = [anyio]", 2, "anyio"),
        ("import anyio as a\nf(a)", 2, "a"),
        ("import anyio\ndef f(): return anyio", 2, "anyio"),
        ("import anyio\nx = anyio if y else z", 2, "anyio"),
        ("import anyio\nmatch anyio:\n    case object(gather=g): pass", 2, "anyio"),
        ("import anyio\nfor x in anyio, y: pass", 2, "anyio"),
        ("import anyio\nclass A:\n    a = anyio", 3, "anyio"),
        ("import anyio\nclass A:\n    def f(self): self.a = anyio", 3, "anyio"),
        ("group._tasks", 1, "_tasks"),
        ("getattr(group, '_tasks')", 1, "_tasks"),
        ("import anyio.lowlevel\nanyio.lowlevel.current_token().native_token", 2, "native_token"),
        ("dir(x)", 1, "dir"),
        ("open('a')", 1, "open"),
        ("match x:\n    case object(__dict__=d): pass", 2, "__dict__"),
        ("match x:\n    case object(f_locals=d): pass", 2, "f_locals"),
        ("f'{x.__code__}'", 1, "__code__"),
        ("x = 1\n# \u202e } if admin", 2, "\u202e"),
        ('"""a\n\u2066b"""', 2, "\u2066"),
    ],
)
def test_what_reaches_behind_the_curtain_is_pointed_out(source: str, line: int, underlined: str) -> None:
    found = please_look(program(source))

    fault = next(fault for fault in found if fault.kind == "please-look")
    assert (fault.line, marked(fault)) == (line, underlined)
    assert fault.error


@pytest.mark.parametrize(
    "source",
    [
        "class A:\n    def __init__(self): super().__init__()\n    def __weird__(self): ...",
        "x.__aiter__().__anext__()",
        "type(e).__name__; e.__cause__; e.__traceback__",
        "if __name__ == '__main__': ...",
        "getattr(x, 'aclose', None)",
        "'{:.2f} {0!r} {name}'.format(x)",
        "breakpoint(); input()",
        "import anyio\nself.sleep = anyio.sleep\nx = anyio.Event()\nx.flag = 1",
        "class A:\n    def __post_init__(self): object.__setattr__(self, 'a', 1)",
        "class A:\n    __slots__ = ('_a', '__dict__')\n    def f(self): self._a = A()._a",
        "class A:\n    def _f(self): ...\n    def g(self): self._f()",
        "from typing import NamedTuple\nclass A(NamedTuple):\n    x: int\nA(1)._replace(x=2)._asdict()",
        "class A:\n    def __eq__(self, other):\n        return self is other",
        "import anyio\na = anyio\nb = getattr(a, 'sleep')\ndef f(c=anyio): ...",
        "from collections import abc\nisinstance(x, abc.Sized)",
        "for _ in x: _.a",
        "print('see {x.y} in the manual')",
        "def vars(): ...\nvars()",
        "# \u05e9\u05dc\u05d5\u05dd\nx = '\u0645\u0631\u062d\u0628\u0627 \u200f(anyio)\u200e'",
    ],
)
def test_ordinary_code_is_left_alone(source: str) -> None:
    assert please_look(program(source)) == ()


def test_what_deserves_a_look_is_judged_all_the_same() -> None:
    findings = checked("async def join(*fns):\n    return globals()\n")

    assert findings.faults == ()
    assert [(fault.kind, fault.line) for fault in findings.look] == [("please-look", 2)]


# ---- nothing raises -------------------------------------------------------------------------------------------------

_WORDS = (
    "import from anyio as async def class join * ( ) [ ] : , . = gather getattr __import__ self . deadline\n     \n \t"
    " await lambda if else 'x' f'{ }' ä 😀 \x0c \\\n # 0x 1e9 match case with yield return del global "
    "x: setattr( vars __dict__ :="
)


@settings(max_examples=300, deadline=None)
@given(source=st.text(max_size=80) | st.lists(st.sampled_from(_WORDS.split(" ")), max_size=30).map(" ".join))
def test_whatever_the_text_there_is_an_answer(source: str) -> None:
    findings = checked(source)

    for fault in (*findings.faults, *findings.look):
        assert fault.line is None or fault.column is not None
        assert fault.column is None or 1 <= fault.column <= len(fault.text) + 1
        assert fault.width >= 1


@settings(max_examples=100, deadline=None)
@given(
    lines=st.lists(
        st.sampled_from(
            [
                "import anyio",
                "import anyio.abc as x",
                "from anyio import *",
                "x = anyio.gather",
                "x = x.y.z",
                "getattr(x, 'gather')",
                "async def join(*f): return x",
                "class join(x.y): z = x",
                "x.deadline = eval",
                "'{x.y}'.format(x=x)",
                "match x:\n    case join(__dict__=x): x.y = 1",
            ]
        )
    )
)
def test_whatever_the_program_there_is_an_answer(lines: list[str]) -> None:
    findings = checked("\n".join(lines))

    assert len(findings.faults) <= 5
    assert len(findings.look) <= 5


# ---- in no time -----------------------------------------------------------------------------------------------------

_SIZE = 32_000


def _times(unit: str) -> str:
    return unit * (_SIZE // len(unit))


_OWN_CLASSES = (
    "".join(f"{'  ' * level}class A:\n{'  ' * level} def f(self):\n" for level in range(45))
    + " " * 92
    + "self.deadline = 1;" * 1000
)


@pytest.mark.parametrize(
    "source",
    [
        _times("import os\n"),
        "".join(f"import anyi{number}\n" for number in range(2200)),
        "import anyio\n" + _times("anyio.gather\n"),
        "import anyio\n" + _times("anyio" + ".a" * 5000 + "\n"),
        "import anyio\n" + "".join(f"anyio.abc.m{number}.x\n" for number in range(1700)),
        "import anyio as a\n" + "".join(f"x{number} = x{number + 1}\n" for number in range(2000)),
        _times("+".join("a" * 900) + "\n"),
        _times("lambda:" * 500 + "0\n"),
        _times("[" * 80 + "x" + " for x in y]" * 80 + "\n"),
        _times("x.__closure__\n"),
        _times("a;"),
        _times("a\n"),
        _times("eval\n"),
        _times("x = '" + "{" * 9000 + "'.format()\n"),
        _times("f'{x}{y}'\n"),
        "class A:\n" + _times(" def f(self):\n  self.deadline = 1\n"),
        "x = (" + _times("(" * 90 + ")" * 90 + ",") + ")",
        "match x:\n" + _times(" case A(__closure__=c): 0\n"),
        _times("@a\n") + "def f(): 0\n",
        _times("def join(): 0\n"),
        "import anyio.abc\n" + _times("anyio.abc.x\n"),
        _times("getattr(a,b)\n"),
        _times("setattr(a,'b',1)\n"),
        "import anyio\n" + ("a=" * 4000 + "anyio\n") * 3,
        "import anyio as a\n" + _times("a(a,**{1:a})\n"),
        _times("del a\n"),
        _times("#\u202a\n"),
        _OWN_CLASSES,
    ],
    ids=range(28),
)
def test_a_large_file_is_read_in_no_time_whatever_it_says(source: str) -> None:
    with cProfile.Profile() as profile:
        checked(source + "\nasync def join(*fns): ...\n")

    calls = sum(entry.callcount for entry in profile.getstats())
    # An eighth of a second on a quiet machine; before there were bounds, up to seven for 64 KiB.
    assert calls < 50 * _SIZE


@pytest.mark.parametrize(
    ("module", "help"),
    [
        ("httpx", "use `anyio.connect_tcp`, and write the request and read the response yourself"),
        ("socket", "use `anyio.connect_tcp`, and write the request and read the response yourself"),
        ("threading", "use tasks: `async with anyio.create_task_group() as tg`, and `tg.start_soon(...)`"),
    ],
)
def test_a_module_of_another_world_is_answered_by_what_anyio_has(module: str, help: str) -> None:
    (fault,) = broken(f"import {module}\n")

    assert fault.help == help
