"""What is read of a parametrised test is compared with what pytest makes of it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.kit.faults import Faults
from grader.kit.fixtures import fixtures_of
from grader.kit.functions import ReadFunction, read_function
from grader.kit.sources import Source, read_source
from grader.kit.toplevel import Function, top_level_of

HEAD = """\
import pytest
import pytest as renamed
from pytest import mark, param

NUMBERS = [1, 2]
CASES: list = [("plain", 3), pytest.param("odd", 4, id="other")]
ONE = ("plain", 3)
COUNT = 3
NAMES = ["first", "second"]
SECONDS = {"a": 1}
LONG = "abc"
TWICE = [1]
TWICE = [2]


class Thing:
    pass

"""

FORMS: dict[str, tuple[str, str]] = {
    "numbers": ("a", '@pytest.mark.parametrize("a", [1, -2, 1.5, -0.0, 1e100, 2j, 10_000])'),
    "words and None": (
        "a",
        '@pytest.mark.parametrize("a", ["x", "two words", "a,b", "x-y", "0", None, True, False])',
    ),
    "texts side by side": ("a", '@pytest.mark.parametrize("a", ["x" "y", LONG])'),
    "bytes and dots": ("a", '@pytest.mark.parametrize("a", [b"raw", ...])'),
    "displays": ("a", '@pytest.mark.parametrize("a", [[1], (1, 2), {"a": Thing()}, {1}, (), set()])'),
    "a tuple of sets": ("a", '@pytest.mark.parametrize("a", (1, 2))'),
    "a constant": ("a", '@pytest.mark.parametrize("a", NUMBERS)'),
    "constants inside": ("a", '@pytest.mark.parametrize("a", [COUNT, SECONDS, LONG])'),
    "a range": ("a", '@pytest.mark.parametrize("a", range(COUNT))'),
    "a range with steps": ("a", '@pytest.mark.parametrize("a", range(10, 0, -4))'),
    "two arguments": ("a, b", '@pytest.mark.parametrize("a, b", [(1, "x"), [2, None]])'),
    "two arguments in a list": ("a, b", '@pytest.mark.parametrize(["a", "b"], [(1, [2]), (3, [4])])'),
    "two arguments in a tuple": ("a, b", '@pytest.mark.parametrize(("a", "b"), CASES)'),
    "a set that is a constant": ("a, b", '@pytest.mark.parametrize("a,b", [ONE, (1, 2)])'),
    "one argument in a tuple": ("a", '@pytest.mark.parametrize(("a",), [(1,), ("x",)])'),
    "params with ids": ("a", '@pytest.mark.parametrize("a", [pytest.param(1, id="one"), pytest.param([2]), 3])'),
    "params of two": ("a, b", '@mark.parametrize("a, b", [param(1, 2, id="both"), (3, 4)])'),
    "computed values with ids": ("a", '@pytest.mark.parametrize("a", [Thing(), Thing], ids=["made", "class"])'),
    "ids of other types": ("a", '@pytest.mark.parametrize("a", [1, 2, 3, 4], ids=[7, 1.5, True, None])'),
    "ids in a constant": ("a", '@pytest.mark.parametrize("a", [1, 2], ids=NAMES)'),
    "no ids": ("a", '@pytest.mark.parametrize("a", [1, 2], ids=None)'),
    "ids beside params": ("a", '@pytest.mark.parametrize("a", [pytest.param(1, id="one"), 2], ids=["no", "two"])'),
    "arguments by name": ("a", '@pytest.mark.parametrize(argnames="a", argvalues=[1, 2])'),
    "another name of pytest": ("a", '@renamed.mark.parametrize("a", [1, 2])'),
    "stacked": (
        "a, b",
        '@pytest.mark.parametrize("a", [1, 2])\n@pytest.mark.parametrize("b", ["x", "y", "z"])',
    ),
    "stacked three times": (
        "a, b, c, d",
        '@pytest.mark.parametrize("a", [1, 2])\n'
        '@pytest.mark.parametrize("b, c", [("x", [0]), ("y", [1])])\n'
        '@pytest.mark.parametrize("d", [True, False], ids=["on", "off"])',
    ),
}


def read(source: Source, node: Function) -> ReadFunction:
    top = top_level_of(source)
    return read_function(node, top, fixtures_of([], top), [])


def functions(path: Path, text: str) -> list[ReadFunction]:
    """The tests of a file with this text below the head, as they are read."""
    path.write_text(HEAD + text)
    faults = Faults()
    source = read_source(path, faults.report, of_statements=faults.report)
    assert source is not None
    assert faults.in_order() == ()
    return [
        read(source, node)
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def collect(path: Path) -> list[str]:
    """The names of the tests that pytest collects from a file, in its order."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", path.name]
    done = subprocess.run(command, capture_output=True, text=True, cwd=path.parent, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return [line.partition("::")[2] for line in done.stdout.splitlines() if "::" in line]


def test_each_set_has_the_id_and_the_place_that_pytest_gives_it(tmp_path: Path) -> None:
    """All forms are collected by one pytest, which takes a second to start."""
    path = tmp_path / "test_forms.py"
    text = "\n\n".join(
        f"{decorators}\ndef test_{form.replace(' ', '_')}({arguments}): ..."
        for form, (arguments, decorators) in FORMS.items()
    )

    read_here = [f"{function.node.name}[{id}]" for function in functions(path, text) for id in function.ids]

    assert len({name.partition("[")[0] for name in read_here}) == len(FORMS)
    assert read_here == collect(path)


# ---- what is refused -------------------------------------------------------------------------------------------------


def refused(tmp_path: Path, decorators: str, arguments: str = "play, a") -> list[str]:
    """What is wrong with a test of these decorators, without its missing words; each with its line below the head."""
    (function,) = functions(tmp_path / "test_it.py", f"{decorators}\ndef test_it({arguments}): ...\n")
    assert all(problem.hint[0].isupper() and problem.hint.endswith(".") for problem in function.problems)
    assert not function.is_playable
    wrong = [problem for problem in function.problems if not re.search("docstring|@grading", problem.what)]
    return [f"{problem.line - len(HEAD.splitlines())}: {problem.what}" for problem in wrong]


REFUSED = {
    "a comprehension": ("[n for n in range(3)]", "does not write its parameter sets out as a list"),
    "a call": ("list(NUMBERS)", "does not write its parameter sets out as a list"),
    "a sum": ("NUMBERS + [3]", "does not write its parameter sets out as a list"),
    "a list with a star": ("[*NUMBERS, 3]", "does not write its parameter sets out as a list"),
    "a set, which has no order": ("{1, 2}", "does not write its parameter sets out as a list"),
    "a text": ('"abc"', "does not write its parameter sets out as a list"),
    "a name from elsewhere": ("UNKNOWN", "does not write its parameter sets out as a list"),
    "a name that is bound twice": ("TWICE", "does not write its parameter sets out as a list"),
    "no set": ("[]", "has an empty list of parameter sets, so that pytest would skip it"),
    "an empty range": ("range(0)", "has an empty list of parameter sets"),
    "a range of texts": ('range("3")', "has a `range` of something else than whole numbers"),
    "a range that is computed": ("range(len(NUMBERS))", "has a `range` of something else than whole numbers"),
    "an endless range": ("range(10**9)", "has a `range` of something else than whole numbers"),
    "a long range": ("range(1_000_000_000)", "has 1000000000 parameter sets"),
    "a value that is computed": ("[1, Thing()]", "has a value whose id cannot be told, `Thing()`"),
    "a name in a list": ("[Thing]", "has a value whose id cannot be told, `Thing`"),
    "the same value twice": ("[1, 2, 1]", "has two parameter sets with the id '1'"),
    "values with one id": ('[1, "1"]', "has two parameter sets with the id '1'"),
    "a letter beyond ASCII": ('["é"]', "has a parameter set with the id 'é'"),
    "a line break": ('["x\\ny"]', "has a parameter set with the id"),
    "a backslash": (r'["x\\\\y"]', "has a parameter set with the id"),
    "a bracket": ('["x]"]', "has a parameter set with the id 'x]'"),
    "no letter": ('[""]', "has a parameter set with the id ''"),
    "a long text": (f'["{101 * "x"}"]', "has a text that is too long for an id"),
    "too many values": ("[pytest.param(1, 2)]", "has a parameter set of 2 values for 1 argument"),
    "a param with a mark": ("[pytest.param(1, marks=pytest.mark.skip)]", "has `marks` in a `pytest.param`"),
    "a param whose id is a number": ("[pytest.param(1, id=1)]", "has an id that is no text"),
    "too few ids": ('[1, 2], ids=["one"]', "gives 1 id to 2 parameter sets"),
    "ids by a function": ("[1, 2], ids=str", "does not write its ids out as a list"),
    "ids that are computed": ("[1, 2], ids=[str(1), str(2)]", "has an id that is no text"),
    "indirect": ('[1, 2], indirect=["a"]', "has `indirect` in its parametrize"),
    "a scope": ('[1, 2], scope="module"', "has `scope` in its parametrize"),
    "more without a name": ("[1, 2], False", "has more in its parametrize than can be read"),
    "no values": ("", "has a parametrize that lists no values"),
}


@pytest.mark.parametrize(("values", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_parameter_sets_that_cannot_be_told_are_refused_with_the_reason(tmp_path: Path, values: str, said: str) -> None:
    (problem,) = refused(tmp_path, f'@pytest.mark.parametrize("a", {values})')

    assert problem.startswith(f"1: `test_it` {said}")


NAMES = {
    "a computed name": ('@pytest.mark.parametrize("a" + "b", [1])', "play, a", "are no list of names"),
    "a comma at the end": ('@pytest.mark.parametrize("a,", [(1,)])', "play, a", "are no list of names"),
    "a set that is no tuple": ('@pytest.mark.parametrize("a, b", ["xy"])', "play, a, b", "not written as a tuple"),
    "an argument twice": (
        '@pytest.mark.parametrize("a", [1])\n@pytest.mark.parametrize("a", [2])',
        "play, a",
        "is given `a` by two decorators",
    ),
    "no such argument": ('@pytest.mark.parametrize("a", [1])', "play", "has the parameter `a`, and no argument"),
    "the name of a fixture": (
        '@pytest.mark.parametrize("tmp_path", [1])',
        "play, tmp_path",
        "has a parameter with the name of the fixture `tmp_path`",
    ),
    "ids that run together": (
        '@pytest.mark.parametrize("a", ["z", "y-z"])\n@pytest.mark.parametrize("b", ["x-y", "x"])',
        "play, a, b",
        "has two parameter sets with the id 'x-y-z'",
    ),
    "more than can be shown": (
        '@pytest.mark.parametrize("a", range(30))\n@pytest.mark.parametrize("b", range(30))',
        "play, a, b",
        "has 900 parameter sets",
    ),
    "no parameters": ("@pytest.mark.parametrize", "play", "has a parametrize without parameters"),
}


@pytest.mark.parametrize(("decorators", "arguments", "said"), NAMES.values(), ids=NAMES.keys())
def test_arguments_that_pytest_could_not_fill_are_refused(
    tmp_path: Path, decorators: str, arguments: str, said: str
) -> None:
    (problem,) = refused(tmp_path, decorators, arguments)

    assert said in problem


def test_of_two_decorators_both_are_read_though_one_is_refused(tmp_path: Path) -> None:
    decorators = '@pytest.mark.parametrize("a", open("x"))\n@pytest.mark.parametrize("b", [Thing()])'

    found = refused(tmp_path, decorators, "play, a, b")

    assert [problem.partition(":")[0] for problem in found] == ["1", "2"]
