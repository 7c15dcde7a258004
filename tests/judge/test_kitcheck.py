"""A tiny kit that is proved, and one defect per test."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.judge import kitcheck
from grader.judge.kitcheck import Checked
from grader.kit.kit import load_kit
from grader.sandbox.box import Box
from tests.kit_samples import RIGHT, STUB, WRONG_VALUE, answer, change, make_kit


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A kit of one exercise: the other would only take time."""
    root = make_kit(tmp_path / "kit")
    change(root / "exercises" / "kit.toml", '"ex01_double", "ex02_wait"', '"ex01_double"')
    return root


def check(box: Box, root: Path) -> list[Checked]:
    return list(kitcheck.check(box, load_kit(root)))


def problems(box: Box, root: Path) -> list[str]:
    """What is wrong, each with the subject it was found in."""
    return [f"{one.subject}: {problem}" for one in check(box, root) for problem in one.problems]


# ---- a good kit ------------------------------------------------------------------------------------------------------


def test_a_good_kit_has_no_problem_and_every_file_is_checked(box: Box, root: Path) -> None:
    checked = check(box, root)

    assert [one.subject for one in checked if one.problems] == []
    assert [one.subject for one in checked] == [
        "double.py",
        "double.py",
        *("right/way0.py", "right/way1.py", "right/way2.py"),
        *("wrong/soon.py", "wrong/value.py"),
        "as a whole",
    ]
    assert [one.summary for one in checked][1:-1] == ["100 points"] * 4 + [
        "1 test not passed, 60 points",
        "1 test not passed, 40 points",
    ]


def test_a_bundle_for_learners_is_checked_without_answers(box: Box, root: Path) -> None:
    (root / "solutions").rename(root / "away")

    assert [one.subject for one in check(box, root)] == ["double.py", "as a whole"]


# ---- the stub --------------------------------------------------------------------------------------------------------


def test_a_stub_that_passes_a_test_is_a_problem(box: Box, root: Path) -> None:
    stub = root / "exercises/ex01_double/double.py"
    change(stub, 'raise NotImplementedError("your turn")', "return 2 * n")

    found = problems(box, root)

    assert "double.py: test_value passes on the stub" in found
    assert "double.py: test_time on asyncio: the stub does not raise NotImplementedError" in found


def test_a_stub_that_fails_otherwise_is_a_problem(box: Box, root: Path) -> None:
    change(root / "exercises/ex01_double/double.py", "NotImplementedError", "ValueError")

    assert problems(box, root) == [
        "double.py: test_value on asyncio: the stub does not raise NotImplementedError",
        "double.py: test_time on asyncio: the stub does not raise NotImplementedError",
    ]


# ---- right answers ---------------------------------------------------------------------------------------------------


def test_a_right_answer_that_fails_is_a_problem_with_its_diagnosis_and_seed(box: Box, root: Path) -> None:
    (root / "solutions/ex01_double/right/way1.py").write_text(answer(WRONG_VALUE))

    assert problems(box, root) == [
        "right/way1.py: test_value on asyncio: wrong-value (--seed 0)",
        "right/way1.py: test_value on trio: wrong-value (--seed 0)",
    ]


def test_a_right_answer_that_breaks_a_rule_is_a_problem(box: Box, root: Path) -> None:
    text = "from anyio import gather\n" + answer(RIGHT)
    (root / "solutions/ex01_double/right/way1.py").write_text(text)

    (problem,) = problems(box, root)

    assert problem.startswith("right/way1.py: `anyio.gather` is off limits")


@pytest.mark.parametrize("line", [1, 2])
def test_a_right_answer_may_be_exempt_from_what_is_off_limits(box: Box, root: Path, line: int) -> None:
    text = "\n" * (line - 1) + "# off-limits: exempt\nfrom anyio import gather\n" + answer(RIGHT)
    (root / "solutions/ex01_double/right/way1.py").write_text(text)

    assert problems(box, root) == []


def test_an_exempt_answer_must_still_have_the_interface_of_the_stub(box: Box, root: Path) -> None:
    (root / "solutions/ex01_double/right/way1.py").write_text("# off-limits: exempt\nx = 1\n")

    assert problems(box, root) == ["right/way1.py: the file defines no `double`; it has `x`"]


def test_three_right_answers_are_needed_beside_the_reference(box: Box, root: Path) -> None:
    (root / "solutions/ex01_double/right/way1.py").unlink()

    assert problems(box, root) == ["as a whole: 2 right answers beside the reference, 3 are needed"]


def test_an_answer_that_is_not_utf8_is_a_problem_of_that_file(box: Box, root: Path) -> None:
    (root / "solutions/ex01_double/right/way1.py").write_bytes(b"# \xe9\n" + answer(RIGHT).encode())

    assert problems(box, root) == ["right/way1.py: byte 0xE9 is not UTF-8 (`\xe9` in Latin-1)"]


# ---- wrong answers ---------------------------------------------------------------------------------------------------


def test_a_wrong_answer_must_fail_what_it_names(box: Box, root: Path) -> None:
    change(root / "solutions/ex01_double/wrong/value.py", "test_value (", "test_value, test_time (")

    assert problems(box, root) == ["wrong/value.py: test_time passes"]


def test_a_wrong_answer_must_show_the_diagnosis_it_names(box: Box, root: Path) -> None:
    change(root / "solutions/ex01_double/wrong/value.py", "(wrong-value)", "(deadlock)")

    assert problems(box, root) == [
        "wrong/value.py: test_value shows wrong-value, not deadlock",
        "wrong/value.py: a learner is shown wrong-value first, and its root is deadlock",
    ]


def test_a_wrong_answer_must_name_tests_that_exist(box: Box, root: Path) -> None:
    change(root / "solutions/ex01_double/wrong/value.py", "test_value (", "test_vaule (")

    assert problems(box, root) == ["wrong/value.py: there is no hidden test test_vaule"]


@pytest.mark.parametrize(
    "line",
    [
        "# it fails",
        "# fails: test_value",
        "# fails: test_value (Wrong)",
        "# fails: (wrong-value)",
        "# fails: test_value (wrong-value), test_time",
        "# fails: test_value (wrong-value) test_time (wrong-value)",
    ],
)
def test_a_first_line_that_cannot_be_read_whole_is_a_problem(box: Box, root: Path, line: str) -> None:
    change(root / "solutions/ex01_double/wrong/value.py", "# fails: test_value (wrong-value)", line)

    assert problems(box, root) == [
        "wrong/value.py: its first line is not `# fails: test_a, test_b (diagnosis)`"
    ]  # fmt: skip


def test_several_tests_and_diagnoses_are_read_from_the_first_line() -> None:
    named = "test_a, test_b (serial), test_c (deadlock)"

    assert list(kitcheck.expectations(named)) == [("test_a", "serial"), ("test_b", "serial"), ("test_c", "deadlock")]


def test_a_wrong_answer_that_cannot_be_judged_is_a_problem(box: Box, root: Path) -> None:
    (root / "solutions/ex01_double/wrong/value.py").write_text("# fails: test_value (wrong-value)\n" + answer(STUB))

    found = problems(box, root)

    assert "wrong/value.py: the file is still the stub, nothing of it has been written yet" in found


# ---- the exercise as a whole -----------------------------------------------------------------------------------------


def test_every_hidden_test_must_be_failed_by_some_wrong_answer(box: Box, root: Path) -> None:
    (root / "solutions/ex01_double/wrong/soon.py").unlink()

    assert problems(box, root) == ["as a whole: no wrong answer fails test_time"]


@pytest.mark.parametrize("place", ["exercises/ex01_double", "solutions/ex01_double", "solutions/ex01_double/wrong"])
def test_a_file_that_no_part_of_the_product_reads_does_not_belong_there(box: Box, root: Path, place: str) -> None:
    (root / place / "notes.txt").write_text("")
    (root / place / "__pycache__").mkdir()

    assert problems(box, root) == [f"as a whole: {root / place / 'notes.txt'} does not belong here"]


# ---- bugs of the kit -------------------------------------------------------------------------------------------------


def test_a_hidden_test_that_stumbles_on_every_answer_is_one_problem_with_its_file_and_line(
    box: Box, root: Path
) -> None:
    change(root / "exercises/ex01_double/test_hidden.py", "n=3).result == 6", "n=3).result == {}['six']")

    place = "exercises/ex01_double/test_hidden.py:7"
    assert problems(box, root) == [f"test_hidden.py: {place}: KeyError; no answer can pass a test that meets this line"]


def test_a_name_that_no_recording_has_is_found_with_what_was_meant(box: Box, root: Path) -> None:
    change(root / "exercises/ex01_double/test_hidden.py", "n=3).result == 6", "n=3).results == 6")

    (problem,) = problems(box, root)

    assert problem.startswith("test_hidden.py: exercises/ex01_double/test_hidden.py:7: ")
    assert problem.endswith("has no `results`; write `result`")


def test_a_name_that_no_stage_has_is_found_though_no_answer_comes_to_its_line(box: Box, root: Path) -> None:
    more = "async def call(stage, n):\n    if n > 100:\n        stage.note('much')\n"
    change(root / "exercises/ex01_double/scenarios.py", "async def call(stage, n):\n", more)

    assert problems(box, root) == [
        "scenarios.py: exercises/ex01_double/scenarios.py:3: `stage` has no `note`; take it out"
    ]


def test_a_scenario_that_raises_by_itself_is_one_problem_with_its_file_and_line(box: Box, root: Path) -> None:
    change(root / "exercises/ex01_double/scenarios.py", "    async with", "    int('six')\n    async with")

    place = "exercises/ex01_double/scenarios.py:2"
    assert problems(box, root) == [f"scenarios.py: {place}: ValueError; no answer can pass a test that meets this line"]
