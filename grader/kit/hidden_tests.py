"""Reads what the hidden tests of ``test_hidden.py`` declare, from its syntax tree alone.

The file is neither imported nor run: that would import pytest, which is too slow for ``grade list``. A test that
pytest could miss, run twice or run in vain (async, in a class, under an ``if``, skipped) is refused here. It is left
out then, and its text is blanked out, so that the others can still be judged.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.kit.faults import Problem, Report
from grader.kit.fixtures import PLAY, Fixtures, arguments_of, fixtures_of, is_fixture
from grader.kit.functions import ReadFunction, is_graded, read_function
from grader.kit.grading import EXAMPLE, problems_of_raised
from grader.kit.sources import Source, blanked, read_source, span_of
from grader.kit.toplevel import Function, TopLevel, top_level_of

TOTAL_POINTS = 100

_SET_UP = tuple(f"{when}_{of}" for when in ("setup", "teardown") for of in ("module", "function"))
_MARKS = ("pytestmark", "pytest_plugins")


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenTest:
    """One hidden test as its file declares it; of one that is parametrised, one set of its parameters."""

    name: str
    """That of the function, with the id of the parameter set: ``test_x[plain]``."""
    function: str
    parameters: str
    """The id that pytest gives to the parameter set; empty if the function has no parameters."""
    number: int
    """Counted from 1, in the order of the file."""
    label: str
    """The first line of the docstring: the requirement in the learner's words."""
    points: int
    diagnosis: str
    feedback: str
    promise: int | None
    """The number of the promise that it proves, if the stub's contract is numbered."""
    part: str
    """The name of the part of the exercise to which it belongs; empty if the exercise has no parts."""
    help: str
    """What to change; if it is empty, the diagnosis says it."""
    schedules: int | None
    """How many schedules to play; with None the judge decides."""
    show: tuple[str, ...]
    """What a learner may see when the test fails: inputs of its plays by name, and ``expected``, what the reference
    answer returned in the same play."""
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTests:
    """What could be read of the hidden tests of one exercise."""

    tests: tuple[HiddenTest, ...]
    left_out: frozenset[str]
    """The names of the functions that are no hidden tests before a fault in them is corrected."""
    source: Source | None
    """The file; None if it cannot be read."""
    mended: str
    """Its text without what was left out: pytest collects from it exactly ``tests``."""


def read_hidden_tests(path: Path, *, slugs: Collection[str], report: Report) -> ReadTests:
    """Read the hidden tests of one exercise, and report all that the judge would not run exactly once."""
    source = read_source(path, report, of_statements=report)
    if source is None:
        return ReadTests(tests=(), left_out=frozenset(), source=None, mended="")
    file = _File(source, slugs)
    for problem in sorted(dict.fromkeys(file.problems())):
        report(path=path, line=problem.line, what=problem.what, hint=problem.hint)
    tests = (test for read in file.playable for test in _tests_of(read))
    return ReadTests(
        tests=tuple(replace(test, number=number) for number, test in enumerate(tests, start=1)),
        left_out=file.left_out,
        source=source,
        mended=blanked(source.text, [*map(span_of, file.refused), *file.faulty_gradings]),
    )


def _tests_of(read: ReadFunction) -> Iterator[HiddenTest]:
    """The hidden tests that one function is, still without their numbers."""
    grading = read.grading
    # Points that cannot be told are no zero: a test that is worth nothing is judged in another way.
    points = len(read.ids) if grading.points is None else grading.points
    for id, part in zip(read.ids, split(points, len(read.ids)), strict=True):
        yield HiddenTest(
            name=f"{read.node.name}[{id}]" if id else read.node.name,
            function=read.node.name,
            parameters=id,
            number=0,
            label=f"{read.label} ({id})" if id else read.label,
            points=part,
            diagnosis=grading.diagnosis or "",
            feedback=grading.feedback or read.label,
            promise=grading.promise,
            part=grading.part,
            help=grading.help,
            schedules=grading.schedules,
            show=grading.show,
            line=read.node.lineno,
        )


def split(points: int, parts: int) -> tuple[int, ...]:
    """Split points into whole numbers, the larger ones first: 10 over 3 are 4, 3 and 3."""
    each, left = divmod(points, parts)
    return tuple(each + (number < left) for number in range(parts))


class _File:
    """The statements at the top level of the file, sorted into what they are."""

    def __init__(self, source: Source, slugs: Collection[str]) -> None:
        self._source = source
        self._slugs = slugs
        self._top: TopLevel = top_level_of(source)
        self._hidden = [
            (statement, node)
            for node in source.nodes
            if isinstance(node, Function) and self._is_collected(node) and node not in source.tree.body
            for statement in source.tree.body
            if node.lineno in span_of(statement)
        ]
        functions = [statement for statement in source.tree.body if isinstance(statement, Function)]
        declared = [node for node in functions if is_fixture(node, self._top)]
        self._fixtures: Fixtures = fixtures_of(declared, self._top)
        self._read: list[ReadFunction] = [
            read_function(node, self._top, self._fixtures, slugs)
            for node in functions
            if _is_test(node) and node not in declared
        ]
        self._first = {read.node.name: read.node for read in reversed(self._read)}
        self._doubled = [read.node for read in self._read if read.node is not self._first[read.node.name]]
        self._misnamed = [node for node in functions if self._is_misnamed(node)]
        self.playable = [read for read in self._read if read.is_playable and read.node not in self._doubled]
        """The functions that can be judged."""
        kept = [read.node for read in self.playable]
        self.refused: list[ast.stmt] = [
            *(read.node for read in self._read if read.node not in kept),
            *(node for node in declared if self._fixtures.is_faulty(node)),
            *self._misnamed,
            *(statement for statement, _ in self._hidden if not isinstance(statement, Function)),
            *(statement for statement in source.tree.body if self._refusal(statement)),
        ]
        """The statements that pytest is not to see."""
        self.faulty_gradings = [lines for read in self.playable for lines in read.faulty_gradings]
        """The lines of decorators that might raise if they were called: what they say has been read already."""
        self._unread = [
            *(node.name for _, node in self._hidden),
            *(node.name for node in self._misnamed),
            *(name for name in self._top.lost if name.startswith("test_")),
        ]
        """The names of the hidden tests of which nothing can be told."""
        names = {read.node.name for read in self._read} | {*self._unread}
        self.left_out = frozenset(names - {node.name for node in kept})

    def _is_collected(self, node: Function) -> bool:
        return _is_test(node) or is_fixture(node, self._top)

    def _is_misnamed(self, node: Function) -> bool:
        """Whether a function is meant as a hidden test, and has the name of none."""
        meant = is_graded(node, self._top) or (node.name.startswith("test") and PLAY in arguments_of(node))
        return meant and not self._is_collected(node)

    def problems(self) -> Iterator[Problem]:
        """All that is wrong with the file."""
        for _, node in self._hidden:
            what = f"`{node.name}` is not at the top level of the file"
            yield Problem(node.lineno, what, f"Move it out of the class or block: `def {node.name}(play):`.")
        for statement in self._source.tree.body:
            yield from self._refusal(statement)
        yield from self._fixtures.problems
        for read in self._read:
            yield from read.problems
        for node in self._misnamed:
            name = f"test_{node.name.removeprefix('test')}"
            what = f"`{node.name}` is meant as a hidden test, and its name does not begin with `test_`"
            yield Problem(node.lineno, what, f"Name it `def {name}(play):`.")
        for node in self._doubled:
            what = f"`{node.name}` is there twice, first on line {self._first[node.name].lineno}"
            yield Problem(node.lineno, what, "Give one of the two another name; Python keeps only the second.")
        yield from problems_of_raised(self._source.nodes, self._slugs)
        if not self._unread:
            yield from _problem_of_total(self._read)

    def _refusal(self, statement: ast.stmt) -> list[Problem]:
        """What is wrong with a statement that would change how pytest collects the tests, or sets them up."""
        match statement:
            case ast.FunctionDef(name=name) if name in _SET_UP:
                hint = "Write a fixture: `@pytest.fixture(autouse=True)`."
                what = f"`{name}` is called for no hidden test: the judge sets up fixtures, and nothing else"
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name.startswith("pytest_"):
                what = f"`{name}` is a hook of pytest, and this file is read without running it"
                hint = 'Write `@pytest.mark.parametrize("seconds", [1, 2])` above the test.'
            case ast.Assign(targets=[ast.Name(id=name)]) if name in _MARKS:
                what = f"`{name}` changes all tests of the file at once, and the judge reads what stands above each"
                hint = "Take it out; `parametrize` and `usefixtures` may stand above a test."
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() | ast.Name()) if name.startswith("test_"):
                what = f"`{name}` is a hidden test that is not written as one"
                hint = f"Write `def {name}(play):`."
            case ast.Assign(targets=[ast.Name(id=name)]) if name in self._first:
                what = f"`{name}` is bound again, so that the hidden test on line {self._first[name].lineno} is lost"
                hint = "Give one of the two another name."
            case _:
                return []
        return [Problem(statement.lineno, what, hint)]


def _is_test(node: Function) -> bool:
    return node.name.startswith("test_")


def _problem_of_total(functions: Sequence[ReadFunction]) -> Iterator[Problem]:
    """What is wrong with the sum of the points, if all of them could be read."""
    if not functions:
        yield Problem(1, "there is no hidden test", f"Write {EXAMPLE} above a `def test_result(play):`.")
        return
    points = [read.grading.points for read in functions]
    known = [number for number in points if number is not None]
    if len(known) < len(points) or sum(known) == TOTAL_POINTS:
        return
    largest = max(functions, key=lambda read: read.grading.points or 0)
    enough = max(known) + TOTAL_POINTS - sum(known)
    hint = "Change the `points` of the tests so that they add up"
    hint += f", for example those of `{largest.node.name}`: `points={enough}`." if enough > 0 else "."
    what = f"the points add up to {sum(known)}, not {TOTAL_POINTS}"
    yield Problem(largest.node.lineno, what, hint)
