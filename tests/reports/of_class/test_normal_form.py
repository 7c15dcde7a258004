"""What is left of an answer without names, comments, docstrings, type hints, layout and stub, and what must be left."""

from __future__ import annotations

import pytest

from grader.reports.of_class.normal_form import NormalForm, normal_form, outline

STUB = '''"""ex: join."""

import anyio


class Closed(Exception):
    """Given."""


async def join(*fns):
    """Run them all."""
    raise NotImplementedError("your turn")
'''
ANSWER = STUB.replace(
    '    raise NotImplementedError("your turn")\n',
    """    results = [None] * len(fns)

    async def run(place, fn):
        results[place] = await fn()

    async with anyio.create_task_group() as group:
        for place, fn in enumerate(fns):
            group.start_soon(run, place, fn)
    return results
""",
)
DISGUISED = '''# by me
from __future__ import annotations
import anyio as a

async def join(*functions: object) -> list[object]:
    """My own words."""
    out: list[object] = [None] * len(functions)
    async def one(i, f):   # helper
        out[i] = await f()
    async with a.create_task_group() as tg:
        for i, f in enumerate(functions): tg.start_soon(one, i, f)
    return (out)
'''


def form(source: str, stub: str = STUB) -> NormalForm:
    found = normal_form(source, stub)
    assert found is not None
    return found


def test_names_comments_docstrings_hints_layout_and_what_the_stub_gives_make_no_difference() -> None:
    assert form(ANSWER) == form(DISGUISED)
    assert outline(ANSWER, STUB) == outline(DISGUISED, STUB)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[None]", "[False]"),
        ("[None] * len", "[None] + len"),
        ("enumerate", "reversed"),
        ("start_soon", "start"),
        ("run, place, fn", "run, fn, place"),
        ("create_task_group", "CancelScope"),
        ("results[place] = await fn()", "results[place] = fn()"),
        ("    return results", "    return results[:]"),
    ],
)
def test_what_the_program_does_makes_a_difference(before: str, after: str) -> None:
    assert form(ANSWER.replace(before, after)).digest != form(ANSWER).digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("class A:\n    def __init__(self): self._x = 1\n", "class B:\n    def __init__(me): me._count = 1\n"),
        ("def f(n):\n    global g\n    g = n\n", "def h(m):\n    global k\n    k = m\n"),
        ("def f(a, *, b): ...\nf(1, b=2)\n", "def g(c, *, d): ...\ng(1, d=2)\n"),
        ("try: x = 1\nexcept ValueError as e: print(e)\n", "try: y = 1\nexcept ValueError as error: print(error)\n"),
        ("from anyio import sleep\nx = sleep(1)\n", "from anyio import sleep as nap\ny = nap(1)\n"),
        (
            "def f(p):\n    match p:\n        case [a, *b]: pass\n",
            "def f(q):\n    match q:\n        case [c, *d]: pass\n",
        ),
    ],
)
def test_every_name_that_a_learner_chooses_is_left_out(one: str, other: str) -> None:
    assert form(one, "") == form(other, "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = open(1, closefd=2)\n", "x = open(1, opener=2)\n"),
        ("from anyio import sleep\nx = sleep(1)\n", "from anyio import Event as sleep\nx = sleep(1)\n"),
        ("x = y.receive()\n", "x = y.send()\n"),
        ("x = 1\n", "x = True\n"),
        ("class A:\n    def __aiter__(self): ...\n", "class A:\n    def __await__(self): ...\n"),
        ("a = b = 1\nprint(a)\n", "a = b = 1\nprint(b)\n"),
    ],
)
def test_a_name_that_means_something_outside_of_the_file_stays(one: str, other: str) -> None:
    assert form(one, "").digest != form(other, "").digest


def test_the_size_counts_what_stands_beyond_the_stub() -> None:
    assert form(STUB).size == 0
    assert (
        form(STUB.replace('raise NotImplementedError("your turn")', "return []")).size
        == form("async def join(*fns):\n    return []\n").size
        == 3
    )
    assert form(ANSWER).size == form(DISGUISED).size > 30


@pytest.mark.parametrize("source", ["def (", "\0", "x = " + "(" * 500 + ")" * 500, "\ud800 ="])
def test_what_python_cannot_read_has_no_form(source: str) -> None:
    assert normal_form(source, STUB) is outline(source, STUB) is None


def test_an_expression_too_deep_to_walk_has_no_form() -> None:
    assert normal_form("x = " + "+".join(["1"] * 5000), STUB) is None


def test_a_warning_of_the_parser_is_not_for_the_instructor(recwarn: pytest.WarningsRecorder) -> None:
    normal_form('x = "\\d"\n', STUB)
    assert list(recwarn) == []
