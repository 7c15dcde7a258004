"""Whether benchmarks/diagnoses.py makes the mistakes it says it makes, and counts what it is told."""

from __future__ import annotations

import ast
import importlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.judge.options import EVERYTHING
from grader.judge.verdict import BackendResult, Failure, Outcome, Root, TestResult, Verdict
from grader.kit.exercise import Exercise, Rules
from grader.kit.kit import load_kit
from grader.policy.interface import asked_names
from grader.policy.submission import Fault
from grader.wire.recording import Ended

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
LEARNERS = BENCHMARKS / "learners"
COURSE = load_kit(BENCHMARKS.parent)

each_exercise = pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda exercise: exercise.id)

ANSWER = """\
from __future__ import annotations

import anyio


async def join(*fns):
    if not fns:
        raise ValueError("nothing")
    results = {}  # by position
    count = 0

    async def run(position, fn):
        nonlocal count
        try:
            results[position] = await fn()
        except Exception as error:
            errors.append(error)
            tg.cancel_scope.cancel()
        count += 1
        await anyio.sleep(1)

    async with anyio.create_task_group() as tg:
        for position, fn in enumerate(fns):
            tg.start_soon(run, position, fn)
        await event.wait()
    return [results[position] for position in range(len(fns))]
"""

MADE = {
    "return_dropped": "    [results[position] for position in range(len(fns))]\n",
    "await_dropped": "        anyio.sleep(1)\n",
    "await_dropped_before_a_value": "results[position] = fn()\n",
    "function_awaited_uncalled": "results[position] = await fn\n",
    "plain_with": "    with anyio.create_task_group() as tg:",
    "attribute_misspelt": "            tg.cancelscope.cancel()",
    "import_forgotten": "from __future__ import annotations\n\n\n\nasync def join",
    "nonlocal_forgotten": "async def run(position, fn):\n        try:",
    "one_after_the_other": "            await run(position, fn)\n",
    "start_soon_awaited": "            await tg.start_soon(run, position, fn)\n",
    "called_not_given": "            tg.start_soon(run(position, fn))\n",
    "argument_forgotten": "            tg.start_soon(run, position)\n",
    "closure_over_the_loop": "            tg.start_soon(run)\n",
    "return_in_the_loop": "tg.start_soon(run, position, fn)\n            return [results[",
    "appended": "            results.append(await fn())\n",
    "polls": "        while not event.is_set():\n            await anyio.sleep(0.1)\n",
    "time_sleep": "        time.sleep(1)\n",
    "naps_before_it_waits": "            time.sleep(0.5)\n            results[position] = await fn()\n",
    "cancel_forgotten": "errors.append(error)\n        count += 1\n",
    "cancel_not_called": "            tg.cancel_scope.cancel\n",
    "cancellation_caught": "        except BaseException as error:",
    "shielded": "with anyio.CancelScope(shield=True):\n                results[position] = await fn()\n",
    "returned_inside_the_task": "            return await fn()\n",
    "error_not_kept": "as error:\n            tg.cancel_scope.cancel()\n",
    "check_forgotten": "async def join(*fns):\n    results = {}",
    "tuple_for_list": "    return tuple(results[position] for position in range(len(fns)))\n",
}
"""For each operator, what one of its mutants of ANSWER has in it."""


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module


# ---- mutants ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operator", MADE)
def test_a_mutant_has_the_mistake_that_its_operator_makes(load: Any, operator: str) -> None:
    mutants = load("mutants").mutants_of(ANSWER, frozenset({"join"}))
    made = [mutant.source for mutant in mutants if mutant.operator == operator]

    assert any(MADE[operator] in source for source in made), made


def test_a_mutant_keeps_the_comments_and_lines_of_the_answer(load: Any) -> None:
    (mutant,) = (one for one in load("mutants").mutants_of(ANSWER, frozenset({"join"})) if one.operator == "plain_with")

    assert mutant.source == ANSWER.replace("async with", "with")


@each_exercise
def test_every_mutant_compiles_is_another_program_and_has_a_known_root(load: Any, exercise: Exercise) -> None:
    assert exercise.reference is not None
    source = exercise.reference.read_text()

    made = load("mutants").mutants_of(source, asked_names(exercise.stub.read_text()))

    shapes = [ast.dump(ast.parse(mutant.source)) for mutant in made]
    assert len({*shapes, ast.dump(ast.parse(source))}) == len(made) + 1
    assert {slug for mutant in made for slug in (*mutant.root.split("/"), *mutant.also)} <= load(
        "labelled"
    ).known_slugs(COURSE)
    for mutant in made:
        compile(mutant.source, mutant.operator, "exec")


# ---- labels ----------------------------------------------------------------------------------------------------------


@each_exercise
def test_every_wrong_answer_and_beginners_file_says_what_is_true_about_it(load: Any, exercise: Exercise) -> None:
    labelled = load("labelled")
    cases = [*labelled.kit_cases(exercise, EVERYTHING), *labelled.learner_cases(exercise, LEARNERS, EVERYTHING)]

    written = {labelled.Kind.LEARNERS} if any(LEARNERS.glob(f"{exercise.id}_*.py")) else set()
    assert {case.kind for case in cases} == {labelled.Kind.KIT} | written
    for case in cases:
        lines = case.request.path.read_text().splitlines()
        assert set(case.truth.slugs) <= labelled.known_slugs(COURSE), case.name
        assert all(lines[number - 1].strip() for number in case.truth.lines), case.name
        re.compile(case.truth.says)
        re.compile(case.truth.never)


def test_labels_are_read_from_the_comments_at_the_top_alone(load: Any) -> None:
    text = "# fails: test_a (late)\n# root: serial\n# also: late, passes\n# line: 6, 7\n# says: x.y\n\n# root: late\n"

    truth = load("labelled").read_truth(text)

    assert (truth.root, truth.also, truth.lines, truth.says) == ("serial", ("late", "passes"), (6, 7), "x.y")
    with pytest.raises(ValueError, match="root"):
        load("labelled").read_truth("import anyio\n# root: serial\n")


# ---- held against the truth ------------------------------------------------------------------------------------------


RULES = Rules(imports=("anyio", "@pure"), off_limits=("anyio.move_on_after",))


def failure(slug: str, **fields: Any) -> Failure:
    given: dict[str, Any] = {"error": "wrong", "help": "look", "line": 3, **fields}
    return Failure(diagnosis=slug, ended=Ended.RETURNED, elapsed=0.0, schedule=0, **given)


def verdict_of(*failures: Failure, root: int | None = None, faults: tuple[Fault, ...] = ()) -> Verdict:
    """A verdict with a failed test for each of the failures."""
    tests = tuple(
        TestResult(
            number=number,
            name="test",
            label="test",
            points=1,
            results=(BackendResult(backend="trio", outcome=Outcome.FAIL, schedules=1, failure=one),),
        )
        for number, one in enumerate(failures, start=1)
    )
    first = None if root is None else Root(test=root, backend="trio")
    return Verdict(exercise="ex01", title="", file="join.py", digest="", kit="", tests=tests, root=first, faults=faults)


def held(load: Any, verdict: Verdict, **truth: Any) -> Any:
    labelled = load("labelled")
    case = next(labelled.learner_cases(COURSE.exercises[0], LEARNERS, EVERYTHING))
    return load("diagnoses").hold(replace(case, truth=labelled.Truth(**truth)), verdict, RULES)


def test_the_root_of_a_verdict_is_what_is_shown_first(load: Any) -> None:
    failures = (failure("lost-error"), failure("serial"))

    assert held(load, verdict_of(*failures, root=2), root="serial").first
    assert not held(load, verdict_of(*failures), root="serial").first
    assert held(load, verdict_of(*failures), root="serial").named


def test_a_diagnosis_is_false_unless_it_is_the_root_or_listed(load: Any) -> None:
    verdict = verdict_of(failure("late"))

    assert held(load, verdict, root="late").false == ()
    assert held(load, verdict, root="serial").false == ("diagnosis",)
    assert held(load, verdict, root="serial/late").first
    allowed = held(load, verdict, root="serial", also=("late",))
    assert (allowed.first, allowed.also, allowed.false) == (False, True, ())


@pytest.mark.parametrize(
    ("fields", "truth", "false"),
    [
        ({"line": 4}, {"lines": (3, 5)}, ("line 4, not 3 or 5",)),
        ({"line": None}, {}, ("no line",)),
        ({"got": "sum of all"}, {"never": "sum of all"}, ("says `sum of all`",)),
        ({"help": "move it to a worker thread"}, {}, ("advises worker thread",)),
        ({"help": "use `anyio.move_on_after`"}, {}, ("advises anyio.move_on_after",)),
        ({"help": "let it go from the task"}, {}, ()),
        ({"help": "put `import asyncio` first"}, {}, ("advises import asyncio",)),
        ({"help": "put `import anyio` or `import functools` first"}, {}, ()),
    ],
)
def test_words_lines_and_advice_are_held_against_the_truth(
    load: Any, fields: dict[str, Any], truth: dict[str, Any], false: tuple[str, ...]
) -> None:
    assert held(load, verdict_of(failure("late", **fields)), root="late", **truth).false == false


def test_a_diagnosis_does_not_count_if_the_words_lack_what_they_must_say(load: Any) -> None:
    result = held(load, verdict_of(failure("nonlocal")), root="nonlocal", says="nonlocal")

    assert (result.first, result.silent, result.named) == (False, True, True)


def test_a_refused_file_shows_its_fault(load: Any) -> None:
    fault = Fault(kind="syntax", error="no Python", help="look", line=1)

    assert held(load, verdict_of(faults=(fault,)), root="fault:syntax", says="no Python").first


# ---- counting --------------------------------------------------------------------------------------------------------


def test_the_rows_of_the_roots_add_up_to_the_row_of_their_kind(load: Any) -> None:
    diagnoses = load("diagnoses")
    some = [
        held(load, verdict_of(failure("late")), root="late"),
        held(load, verdict_of(failure("late")), root="serial"),
        held(load, verdict_of(failure("serial")), root="late", also=("serial",)),
    ]
    results = [replace(result, kind=kind) for kind in load("labelled").Kind for result in some]

    rows = diagnoses.table(results)

    wholes = [row for row in rows if not row.name.startswith(" ")]
    assert [row.name for row in wholes] == ["kit", "learners", "mutants"]
    for column in ("cases", "first", "also", "named", "false"):
        parts = sum(getattr(row, column) for row in rows if row not in wholes)
        assert sum(getattr(row, column) for row in wholes) == parts
    assert wholes[0] == diagnoses.Row(name="kit", cases=3, first=1, also=1, named=1, false=1)


def test_what_passes_is_left_out_only_where_it_may_be_right(load: Any) -> None:
    diagnoses, kinds = load("diagnoses"), load("labelled").Kind
    missed = replace(held(load, verdict_of(failure("late")), root="late"), shown="passes")

    assert not missed.left_out
    assert replace(missed, kind=kinds.MUTANTS).left_out
    assert replace(missed, also=True).left_out
    assert diagnoses.row("mutants", [replace(missed, kind=kinds.MUTANTS)]).cases == 0


def test_a_class_agrees_as_far_as_its_counts_are_the_true_ones(load: Any) -> None:
    right = held(load, verdict_of(failure("late")), root="late")
    wrong = held(load, verdict_of(failure("late")), root="serial")

    assert load("diagnoses").agreement([right, right, right, wrong]) == {"ex01": 0.75}


def test_an_aim_is_missed_by_the_share_of_roots_and_by_anything_false(load: Any) -> None:
    diagnoses = load("diagnoses")
    right = held(load, verdict_of(failure("late")), root="late")
    allowed = held(load, verdict_of(failure("late")), root="serial", also=("late",))
    false = replace(right, false=("no line",))

    assert diagnoses.aims_missed([right] * 9 + [allowed]) == []
    assert len(diagnoses.aims_missed([right] * 8 + [allowed] * 2)) == 1
    assert len(diagnoses.aims_missed([right] * 9 + [false])) == 1
