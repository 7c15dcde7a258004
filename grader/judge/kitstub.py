"""What must hold of a stub: it fails every hidden test by being unwritten, and so does an answer that does nothing.

A test that only looks for what must not happen passes where nothing happens, and gives points for it. So the stub is
graded a second time with functions that return None at once, in the place of those that raise NotImplementedError.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from grader.judge.engine import Request
from grader.judge.kitanswers import stub_request
from grader.judge.kitclaims import KitProblem, problem
from grader.judge.kitmending import Mended, sentence
from grader.judge.verdict import TestResult, Verdict
from grader.kit.diagnosis import NOT_WRITTEN
from grader.kit.tables import read_text
from grader.policy.submission import Submission
from grader.text import joined


def stub_requests(case: Mended) -> list[Request]:
    """The requests to grade the stub, and, where all that it does is to raise, the answer that returns instead."""
    stub = case.exercise.stub
    request = stub_request(case.exercise)
    if not case.stub_is_whole or not _does_nothing(tree := ast.parse(read_text(stub))):
        return [request]
    return [request, replace(request, taken=Submission.of_text(stub, ast.unparse(_Idle().visit(tree))))]


class _Idle(ast.NodeTransformer):
    """Lets each function that raises NotImplementedError return None."""

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        return ast.copy_location(ast.Return(value=None), node)


def problems_of_stub(case: Mended, verdicts: Sequence[Verdict]) -> list[KitProblem]:
    """What is wrong with a stub, or with hidden tests that it passes; ``verdicts`` are those on ``stub_requests``."""
    verdict, *idle = verdicts
    problems = []
    for fault in verdict.faults:
        what = f"the stub breaks a rule of the exercise: {fault.error}"
        problems.append(problem(case.original.stub, fault.line or 1, what, sentence(fault.help)))
    tests = [test for test in verdict.tests if not case.leaves_out(test.name)]
    problems += _passing(case, [test for test in tests if test.earned])
    problems += _not_clean(case, tests)
    for other in idle:
        problems += _passing_idle(case, tests, other)
    return problems


def _passing_idle(case: Mended, on_stub: Sequence[TestResult], verdict: Verdict) -> Iterator[KitProblem]:
    """The tests that pass where functions return at once, but for those that pass on the stub, too."""
    lines = {test.name: test.line for test in case.original.tests}
    known = {test.name for test in on_stub if test.earned}
    hint = "Ask for something that an answer has to do, too, such as that what it was given has been called."
    for test in verdict.tests:
        if test.earned and test.name not in known and not case.leaves_out(test.name):
            what = f"`{test.name}` passes where each function of the stub returns None at once and does nothing"
            yield problem(case.original.test_file, lines[test.name], what, hint)


def _passing(case: Mended, tests: Sequence[TestResult]) -> Iterator[KitProblem]:
    """The tests that pass on the stub: its fault if it does something, else that of each test."""
    if not tests:
        return
    if _does_nothing(ast.parse(read_text(case.exercise.stub))):
        lines = {test.name: test.line for test in case.original.tests}
        hint = 'Ask for what the stub does not do: `assert recording.raised == "boom"` or a `result`.'
        for test in tests:
            what = f"`{test.name}` passes on the stub, which only raises NotImplementedError"
            yield problem(case.original.test_file, lines[test.name], what, hint)
    else:
        what = f"{joined([f'`{test.name}`' for test in tests])} {'passes' if len(tests) == 1 else 'pass'} on the stub"
        hint = 'Let the stub do nothing but `raise NotImplementedError("your turn")`.'
        yield problem(case.original.stub, 1, what, hint)


def _does_nothing(stub: ast.Module) -> bool:
    """Whether each function has a docstring at most, and raises NotImplementedError."""
    functions = [node for node in ast.walk(stub) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    bodies = [node.body[ast.get_docstring(node) is not None :] for node in functions]
    return bool(bodies) and all(
        len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplementedError" in ast.unparse(body[0])
        for body in bodies
    )


def _not_clean(case: Mended, tests: Iterable[TestResult]) -> Iterator[KitProblem]:
    """What the stub raises but NotImplementedError, each once with the tests that meet it."""
    met: dict[tuple[int | None, str], list[str]] = {}
    for test in tests:
        for result in test.results:
            failure = result.failure
            if failure is not None and failure.diagnosis != NOT_WRITTEN:
                met.setdefault((failure.line, failure.exception or failure.error), []).append(f"`{test.name}`")
    stub = ast.parse(read_text(case.exercise.stub))
    for (line, said), names in met.items():
        tests_named = joined(list(dict.fromkeys(names)))
        if line is None or _stands_in_function(stub, line):
            what = f"in {tests_named} the stub does not raise NotImplementedError; a learner is told: {said}"
            hint = 'Let it do nothing but `raise NotImplementedError("your turn")`.'
        else:
            what = f"the stub cannot be imported: {said}"
            hint = "Correct the line: what stands outside of functions runs for every learner, such as `import anyio`."
        yield problem(case.original.stub, line or 1, what, hint)


def _stands_in_function(tree: ast.Module, line: int) -> bool:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return any(node.lineno <= line <= (node.end_lineno or node.lineno) for node in functions)
