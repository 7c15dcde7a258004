"""What learners get leaks no hidden test: every rendering of every wrong answer is searched for words of the hidden.

A word is hidden if it stands in ``test_hidden.py`` or ``scenarios.py`` of an exercise, as a name or inside of a text,
and in nothing that the learner has: the lesson, the stub, the labels, feedbacks, helps and diagnoses, their own file,
what their own program printed, returned or raised, and what a hidden test declares with ``show``. (The program is
called with the hidden inputs, and may print them.) What any report says of any verdict is no leak either, and is taken
from the reports of invented ones.

The lanes of a timeline are named after the pieces of work that a scenario plays, so those names are shown by design:
on the terminal, on the page and in the JSON document from which both can be drawn. Elsewhere only the sentences that
explain a failure name them, in backticks.
"""

from __future__ import annotations

import ast
import io
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console

from grader.judge import engine
from grader.judge.documents import run_document
from grader.judge.engine import Request
from grader.judge.options import PlayOptions
from grader.judge.verdict import Failure, Status, Verdict
from grader.kit.kit import builtin_root, load_kit
from grader.reports import classroom50, exercism, github, gradescope, junit, tables, terminal
from grader.reports.page import learner_page
from grader.reports.screen import UNICODE
from grader.sandbox.box import Box
from tests import samples
from tests.samples import CLASSROOM50

KIT = load_kit(Path(__file__).parent.parent)
WORD = re.compile(r"[^\W\d]\w\w+")
EXERCISES = pytest.mark.parametrize("id", [exercise.id for exercise in KIT.exercises])
ANSWERS = 4
"""Wrong answers of an exercise that are looked at, evenly from all of them."""


# ---- what is hidden --------------------------------------------------------------------------------------------------


@cache
def hidden_words(id: str) -> frozenset[str]:
    """The words of the files that stay outside of every report."""
    exercise = KIT.exercise(id)
    files = exercise.test_file, exercise.scenarios
    return frozenset(word for path in files for word in words_of_code(path.read_text("utf-8")))


def words_of_code(source: str) -> Iterator[str]:
    """Names and words in texts; the labels and feedbacks among them are taken off elsewhere."""
    for node in ast.walk(ast.parse(source)):
        for _, value in ast.iter_fields(node):
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str):
                    yield from WORD.findall(text)


def said_by_tests(id: str) -> Iterator[str]:
    """The words that hidden tests say to a learner by ``Diagnosed``."""
    for node in ast.walk(ast.parse(KIT.exercise(id).test_file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Diagnosed":
            constants = [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant)]
            yield from (value for value in constants if isinstance(value, str))


def assertions(id: str) -> list[str]:
    """The source of everything that a hidden test asserts, and of every call that plays a scenario."""
    tree = ast.parse(KIT.exercise(id).test_file.read_text("utf-8"))
    found = [ast.unparse(node.test) for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    found += [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call) and is_play(node)]
    assert found, id
    return found


def is_play(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "play"


# ---- what is not -----------------------------------------------------------------------------------------------------


@cache
def open_words(id: str) -> frozenset[str]:
    """The words that a learner may read anyway."""
    exercise = KIT.exercise(id)
    texts = [exercise.lesson.read_text("utf-8"), exercise.stub.read_text("utf-8"), exercise.title, exercise.summary]
    texts += [text for test in exercise.tests for text in (test.label, test.feedback, test.help)]
    texts += said_by_tests(id)
    for found in KIT.diagnoses.values():
        texts += [found.slug, found.sentence, found.explanation, found.help, *found.hints]
    texts += [text for stages in exercise.hints.values() for text in stages]
    texts += [exercise.folder.name, *exercise.rules.imports, *exercise.rules.off_limits]
    many = (samples.failed_on_both(n, "x", 1, samples.failure(line=n)) for n in range(20))
    invented = (samples.mixed(), samples.unjudgeable(), samples.verdict(trouble="x"), samples.verdict(*many))
    texts += [render(invented) for render in (*PLAIN.values(), *WITH_LANES.values())]
    return frozenset(word for text in texts for word in WORD.findall(text))


def lanes(verdict: Verdict) -> frozenset[str]:
    """The words in the names of the lanes of the timelines of a verdict, the learner's and the reference's."""
    found = [
        lane
        for failure in failures(verdict)
        for trace in (failure.trace, failure.reference)
        if trace
        for lane in (*(span.name for span in trace.spans), *(task.name for task in trace.tasks))
    ]
    return frozenset(word for name in found for word in WORD.findall(name))


def failures(verdict: Verdict) -> Iterator[Failure]:
    return (result.failure for test in verdict.tests for result in test.results if result.failure is not None)


# ---- renderings ------------------------------------------------------------------------------------------------------

Render = Callable[[tuple[Verdict, ...]], str]


def on_a_terminal(verdicts: tuple[Verdict, ...]) -> str:
    out = io.StringIO()
    terminal.show_run_verbose(Console(file=out, width=80), verdicts, glyphs=UNICODE)
    return out.getvalue()


def as_a_page(verdicts: tuple[Verdict, ...]) -> str:
    page = learner_page(
        verdicts, kit_title=KIT.title, diagnoses=KIT.diagnoses, made_at="", templates=builtin_root() / "templates"
    )
    return re.sub(r"(?s)<(style|script)\b.*?</\1>", "", page)


PLAIN: dict[str, Render] = {
    "junit": junit.run_xml,
    "gradescope": gradescope.results_json,
    "exercism": lambda verdicts: exercism.results_json(verdicts[0]),
    "classroom50": lambda verdicts: classroom50.result_json(verdicts, CLASSROOM50),
    "jsonl": tables.run_lines,
    "github summary": github.run_summary,
    "github annotations": lambda verdicts: "\n".join(github.annotation_commands(verdicts)),
}
WITH_LANES: dict[str, Render] = {
    "terminal": on_a_terminal,
    "page": as_a_page,
    "json": lambda verdicts: run_document(verdicts, version="0"),
}


# ---- the search ------------------------------------------------------------------------------------------------------


@cache
def failing(box: Box, id: str) -> tuple[tuple[Verdict, str], ...]:
    """The verdicts on wrong answers of an exercise, with their sources; natural order is enough for most."""
    exercise = KIT.exercise(id)
    assert exercise.solutions is not None
    paths = sorted((exercise.solutions / "wrong").glob("*.py"))
    paths = paths[:: math.ceil(len(paths) / ANSWERS)]
    shown = f"{exercise.folder.name}/{exercise.file}"
    options = PlayOptions(backends=exercise.backends[:1], schedules=1)
    requests = [Request(path=path, shown=shown, options=options) for path in paths]
    graded = zip(engine.grade(box, KIT, exercise, requests), paths, strict=True)
    found = tuple((verdict, path.read_text("utf-8")) for verdict, path in graded if verdict.status is Status.FAIL)
    assert found, id
    return found


def leaks(text: str, id: str, allowed: frozenset[str]) -> set[str]:
    return set(WORD.findall(text)) & hidden_words(id) - open_words(id) - allowed


def own_words(verdict: Verdict, source: str) -> frozenset[str]:
    """What the learner wrote, what came of it, and what hidden tests declare with ``show``."""
    texts = [source]
    declared = {test.name: test.show for test in KIT.exercise(verdict.exercise).tests}
    for test in verdict.tests:
        for failure in (result.failure for result in test.results if result.failure is not None):
            said = [failure.error, failure.help, failure.got, failure.expected]
            texts += [name for text in said for name in re.findall(r"`(\w+)`", text) if name in lanes(verdict)]
            texts += [failure.exception, failure.output, failure.got]
            texts += [failure.inputs, failure.expected] if declared[test.name] else []
    return frozenset(word for text in texts for word in WORD.findall(text))


@EXERCISES
def test_no_report_for_other_programs_has_a_word_of_a_hidden_test(box: Box, id: str) -> None:
    found = {
        name: leaked
        for verdict, source in failing(box, id)
        for name, render in PLAIN.items()
        if (leaked := leaks(render((verdict,)), id, own_words(verdict, source)))
    }

    assert found == {}


@EXERCISES
def test_what_a_learner_looks_at_names_the_lanes_of_the_timeline_and_nothing_else(box: Box, id: str) -> None:
    found = {
        name: leaked
        for verdict, source in failing(box, id)
        for name, render in WITH_LANES.items()
        if (leaked := leaks(render((verdict,)), id, own_words(verdict, source) | lanes(verdict)))
    }

    assert found == {}


@EXERCISES
def test_no_rendering_has_an_assertion_or_a_call_of_a_hidden_test(box: Box, id: str) -> None:
    hidden = assertions(id)
    renderings = {**PLAIN, **WITH_LANES}.items()

    for verdict, _ in failing(box, id):
        for name, render in renderings:
            text = " ".join(render((verdict,)).split())
            assert not [source for source in hidden if source in text], name


def test_the_search_finds_what_leaks(box: Box) -> None:
    verdict, source = failing(box, "ex01")[0]
    test = next(test for test in verdict.tests if not test.passed)
    secret = min(hidden_words("ex01") - open_words("ex01") - own_words(verdict, source))
    result = replace(test.results[0], failure=samples.failure(error=f"it was {secret}"))
    leaky = replace(verdict, tests=(replace(test, results=(result,)),))

    for name, render in PLAIN.items():
        if name != "classroom50":  # which has room for the names of tests alone
            assert leaks(render((leaky,)), "ex01", own_words(verdict, source)), name


def test_an_exercise_hides_something() -> None:
    for exercise in KIT.exercises:
        assert len(hidden_words(exercise.id) - open_words(exercise.id)) > 5, exercise.id
