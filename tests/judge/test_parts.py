"""An exercise in parts: a file of which some is written is judged, and the next part is what to go on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.judge import engine, kitcheck
from grader.judge.documents import read_verdict, verdict_document
from grader.judge.verdict import PartState, Status, Verdict
from grader.kit.kit import load_kit, read_kit
from grader.reports import views
from grader.sandbox.box import Box
from tests.kit_samples import change, make_small_kit

NAMES = ("one", "two", "three")
STUB = '"""Three."""\n\n\n' + "\n\n".join(
    f'async def {name}(n):\n    raise NotImplementedError("your turn")\n' for name in NAMES
)
SCENARIOS = "\n\n".join(
    f"async def call_{name}(stage, n):\n    return await stage.submission.{name}(n)\n" for name in NAMES
)
TESTS = "from grader.judge import grading\n" + "\n\n".join(
    f'''
@grading(points={points}, part="{name}", diagnosis="wrong-value", feedback="{name} of {n} is wrong.")
def test_{name}_{n}(play):
    """{name} of {n}"""
    assert play("call_{name}", n={n}).result == {n * factor}
'''
    for name, factor, points in (("one", 1, 20), ("two", 2, 15), ("three", 3, 15))
    for n in (1, 2)
)
PARTS = "".join(f'\n[[parts]]\nname = "{name}"\ntitle = "times {name}"\nminutes = 5\n' for name in NAMES)
ONE, TWO, THREE = (f"async def {name}(n):\n    return {n} * n\n" for n, name in enumerate(NAMES, start=1))
LATER = {name: f"async def {name}(n):\n    raise NotImplementedError\n" for name in NAMES}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A kit of one exercise in three parts of two tests each."""
    root = make_small_kit(tmp_path / "kit")
    exercise = root / "exercises" / "ex01_double"
    with (exercise / "exercise.toml").open("a") as toml:
        toml.write(PARTS)
    for name, text in (("double.py", STUB), ("scenarios.py", SCENARIOS), ("test_hidden.py", TESTS)):
        (exercise / name).write_text(text)
    solutions = root / "solutions" / "ex01_double"
    (solutions / "double.py").write_text(ONE + TWO + THREE)
    for path in (solutions / "wrong").glob("*.py"):
        path.unlink()
    return root


def graded(box: Box, root: Path, text: str) -> Verdict:
    kit = load_kit(root)
    path = root.parent / "double.py"
    path.write_text(text)
    (verdict,) = engine.grade(box, kit, kit.exercises[0], [engine.Request(path=path, shown="double.py")])
    return verdict


def states(verdict: Verdict) -> list[tuple[str, float, PartState]]:
    return [(part.name, part.earned, part.state) for part in verdict.parts]


def main_failure(verdict: Verdict) -> tuple[int, str, str, str]:
    finding = views.main_finding(verdict)
    assert finding is not None
    return finding.test.number, finding.failure.diagnosis, finding.failure.error, finding.failure.help


HELP = "go on with part 2, two: write what its docstring in the stub promises"


def test_a_file_with_its_first_part_has_the_points_of_that_and_goes_on_with_the_next(box: Box, root: Path) -> None:
    verdict = graded(box, root, ONE + LATER["two"] + LATER["three"])

    assert states(verdict) == [
        ("one", 40, PartState.COMPLETE),
        ("two", 0, PartState.NOT_WRITTEN),
        ("three", 0, PartState.NOT_WRITTEN),
    ]
    assert main_failure(verdict) == (3, "not-written", "`two` is not written yet", HELP)
    assert verdict.root is not None
    assert (verdict.root.same, verdict.root.afterwards) == ((4,), ())
    assert read_verdict(verdict_document(verdict)) == verdict


def test_functions_of_later_parts_may_be_missing(box: Box, root: Path) -> None:
    verdict = graded(box, root, ONE)

    assert [state for _, _, state in states(verdict)] == [
        PartState.COMPLETE,
        PartState.NOT_WRITTEN,
        PartState.NOT_WRITTEN,
    ]
    assert main_failure(verdict)[:3] == (3, "not-written", "`two` is not in your file yet")


def test_a_function_with_nearly_the_name_that_is_asked_for_is_no_missing_one(box: Box, root: Path) -> None:
    verdict = graded(box, root, ONE + THREE.replace("three", "tree"))

    assert verdict.status is Status.CANNOT_JUDGE
    assert verdict.faults[0].help == "rename `tree` to `three`"


def test_a_file_without_any_part_cannot_be_judged(box: Box, root: Path) -> None:
    assert graded(box, root, "import anyio\n").status is Status.CANNOT_JUDGE


def test_what_is_not_written_is_never_mended_before_what_is(box: Box, root: Path) -> None:
    verdict = graded(box, root, LATER["one"] + LATER["two"] + THREE.replace("3 * n", "3"))

    assert main_failure(verdict)[:3] == (6, "wrong-value", "three of 2 is wrong.")
    assert verdict.root is not None
    assert (verdict.root.same, verdict.root.afterwards) == ((), ())


def test_of_two_written_parts_the_earlier_one_is_mended_first(box: Box, root: Path) -> None:
    unknown = "async def two(n):\n    return unknown\n"

    assert main_failure(graded(box, root, ONE.replace("1 * n", "5") + unknown + THREE))[:2] == (1, "wrong-value")


def test_before_a_part_is_complete_the_next_one_is_not_proposed(box: Box, root: Path) -> None:
    verdict = graded(box, root, LATER["one"] + TWO + LATER["three"])

    assert main_failure(verdict) == (
        1,
        "not-written",
        "`one` is not written yet",
        "replace the `raise NotImplementedError` by your code",
    )


def test_a_part_in_which_one_test_passes_is_written(box: Box, root: Path) -> None:
    two = "async def two(n):\n    if n == 1:\n        return 2\n    raise NotImplementedError\n"
    verdict = graded(box, root, ONE + two + LATER["three"])

    assert states(verdict)[1] == ("two", 15, PartState.FAILING)
    assert main_failure(verdict)[:2] == (4, "not-written")


def test_the_check_of_a_kit_knows_parts(box: Box, root: Path) -> None:
    change(root / "exercises" / "ex01_double" / "test_hidden.py", 'part="three"', 'part="one"')

    problems = [problem.fault.what for one in kitcheck.check(box, read_kit(root)) for problem in one.problems]
    assert "`test_three_1` of the part 'one' stands behind a test of 'two'" in problems
