"""A tiny kit that is proved, and one defect per test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.judge import kitcheck
from grader.judge.kitcheck import Checked
from grader.kit.kit import read_kit
from grader.sandbox.box import Box
from tests.kit_samples import RIGHT, STUB, WRONG_VALUE, answer, change, make_small_kit

STUB_FILE = "exercises/ex01_double/double.py"
SCENARIOS_FILE = "exercises/ex01_double/scenarios.py"
TESTS_FILE = "exercises/ex01_double/test_hidden.py"
RIGHT_FOLDER = "solutions/ex01_double/right"
VALUE = "solutions/ex01_double/wrong/value.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A kit of one exercise: the other would only take time."""
    return make_small_kit(tmp_path / "kit")


def check(box: Box, root: Path) -> list[Checked]:
    return list(kitcheck.check(box, read_kit(root)))


def problems(box: Box, root: Path) -> list[str]:
    """What is wrong, each with its place in the exercises or in the solutions."""
    faults = [problem.fault for one in check(box, root) for problem in one.problems]
    return [f"{fault.path.relative_to(root)}:{fault.line}: {fault.what}" for fault in faults]


def only_problem(box: Box, root: Path) -> str:
    found = problems(box, root)
    assert len(found) == 1, found
    return found[0]


def hints(box: Box, root: Path) -> list[str]:
    return [problem.fault.hint for one in check(box, root) for problem in one.problems]


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

    assert found == [
        f"{STUB_FILE}:1: `test_value` passes on the stub",
        f"{STUB_FILE}:4: in `test_time` the stub does not raise NotImplementedError; a learner is told: "
        "It does not take that many seconds.",
    ]


def test_a_test_that_passes_on_a_stub_that_does_nothing_is_the_problem(box: Box, root: Path) -> None:
    tests = root / "exercises/ex01_double/test_hidden.py"
    change(tests, 'assert play("call", n=3).result == 6', 'assert play("call", n=3).ended_as("returned", "raised")')

    said = "`test_value` passes on the stub, which only raises NotImplementedError"
    assert f"exercises/ex01_double/test_hidden.py:5: {said}" in problems(box, root)


def test_a_test_that_passes_where_nothing_is_done_is_a_problem(box: Box, root: Path) -> None:
    tests = root / "exercises/ex01_double/test_hidden.py"
    change(tests, 'assert play("call", n=3).result == 6', 'assert play("call", n=3).ended_as("returned")')

    said = "`test_value` passes where each function of the stub returns None at once and does nothing"
    assert f"exercises/ex01_double/test_hidden.py:5: {said}" in problems(box, root)


def test_a_stub_that_fails_otherwise_is_a_problem(box: Box, root: Path) -> None:
    change(root / "exercises/ex01_double/double.py", "NotImplementedError", "ValueError")

    assert problems(box, root) == [
        f"{STUB_FILE}:5: in `test_value` and `test_time` the stub does not raise NotImplementedError; "
        "a learner is told: ValueError: your turn"
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("\nasync def double(n)\n    raise NotImplementedError\n", 2, "Python cannot read this: expected ':'"),
        ("import os\nasync def double(n):\n    raise NotImplementedError\n", 1, "`os` is not among the modules"),
        ("import anyio\nx = y\nasync def double(n): ...\n", 2, "NameError: name 'y' is not defined"),
        ("import anyio.nothing\nasync def double(n): ...\n", 1, "`anyio.nothing`"),
    ],
)
def test_a_stub_that_does_not_import_is_one_problem_at_its_line(
    box: Box, root: Path, text: str, line: int, said: str
) -> None:
    (root / STUB_FILE).write_text(text)

    problem = only_problem(box, root)

    assert problem.startswith(f"{STUB_FILE}:{line}: the stub ")
    assert said in problem


# ---- right answers ---------------------------------------------------------------------------------------------------


def test_a_right_answer_that_fails_is_a_problem_with_its_diagnosis_and_seed(box: Box, root: Path) -> None:
    (root / "solutions/ex01_double/right/way1.py").write_text(answer(WRONG_VALUE))

    assert problems(box, root) == [
        f"{RIGHT_FOLDER}/way1.py:5: `test_value` fails on asyncio and trio: wrong-value, "
        "The value is not twice the argument"
    ]
    (hint,) = hints(box, root)
    assert f"`pytest {root}/exercises/ex01_double --submission {root / RIGHT_FOLDER / 'way1.py'}` shows" in hint


def test_a_right_answer_that_breaks_a_rule_is_a_problem(box: Box, root: Path) -> None:
    text = "from anyio import gather\n" + answer(RIGHT)
    (root / "solutions/ex01_double/right/way1.py").write_text(text)

    problem = only_problem(box, root)

    assert problem.startswith(f"{RIGHT_FOLDER}/way1.py:1: `anyio.gather` is off limits")


@pytest.mark.parametrize("line", [1, 2])
def test_a_right_answer_may_be_exempt_from_what_is_off_limits(box: Box, root: Path, line: int) -> None:
    text = "\n" * (line - 1) + "# off-limits: exempt\nfrom anyio import gather\n" + answer(RIGHT)
    (root / "solutions/ex01_double/right/way1.py").write_text(text)

    assert problems(box, root) == []


def test_an_exempt_answer_must_still_have_the_interface_of_the_stub(box: Box, root: Path) -> None:
    (root / "solutions/ex01_double/right/way1.py").write_text("# off-limits: exempt\nx = 1\n")

    assert problems(box, root) == [f"{RIGHT_FOLDER}/way1.py:1: the file defines no `double`; it has `x`"]


def test_three_right_answers_are_needed_beside_the_reference(box: Box, root: Path) -> None:
    (root / "solutions/ex01_double/right/way1.py").unlink()

    problem = only_problem(box, root)

    assert problem.startswith(f"{RIGHT_FOLDER}:1: 3 right answers that differ in structure are required: ")
    assert problem.endswith("right/*.py` has 2")


def test_right_answers_of_the_same_code_are_a_problem(box: Box, root: Path) -> None:
    text = (root / RIGHT_FOLDER / "way0.py").read_text()
    (root / RIGHT_FOLDER / "way1.py").write_text(f'"""Another way."""\n# It differs in words alone.\n{text}')

    assert problems(box, root) == [
        f"{RIGHT_FOLDER}/way1.py:1: this is the same code as `right/way0.py`, and right answers differ in structure"
    ]


@pytest.mark.parametrize("name", ["right/folder.py", "wrong/folder.py"])
def test_a_folder_that_is_named_like_an_answer_is_a_problem(box: Box, root: Path, name: str) -> None:
    (root / "solutions/ex01_double" / name).mkdir()

    problem = only_problem(box, root)

    assert problem.startswith(f"solutions/ex01_double/{name}:1: `folder.py` is a folder")


def test_a_byte_order_mark_does_not_hide_the_first_line_of_a_wrong_answer(box: Box, root: Path) -> None:
    (root / VALUE).write_text("\ufeff" + (root / VALUE).read_text())

    assert problems(box, root) == []


def test_an_answer_that_is_not_utf8_is_a_problem_of_that_file(box: Box, root: Path) -> None:
    (root / "solutions/ex01_double/right/way1.py").write_bytes(b"# \xe9\n" + answer(RIGHT).encode())

    assert problems(box, root) == [f"{RIGHT_FOLDER}/way1.py:1: byte 0xE9 is not UTF-8 (`\xe9` in Latin-1)"]


# ---- hidden tests ----------------------------------------------------------------------------------------------------


def test_all_tests_without_an_end_are_named_before_each_answer_has_waited_for_them(box: Box, root: Path) -> None:
    tests = "exercises/ex01_double/test_hidden.py"
    change(root / tests, 'assert play("call", n=3).', 'play("call", n=3)\n    while True: pass  # ')
    change(root / "exercises/ex01_double/exercise.toml", "[hints]", "[limits]\njudging_seconds = 1\n\n[hints]")

    checked = check(box, root)

    faults = [problem.fault for one in checked for problem in one.problems if one.subject == "test_hidden.py"]
    lines = (root / tests).read_text().split("\n")
    assert [(lines[fault.line - 1], fault.what) for fault in faults] == [
        (f"def {name}(play):", f"`{name}` computes without an end on the reference answer, so no answer was judged")
        for name in ("test_value", "test_time")
    ]
    assert {one.summary for one in checked if one.subject.startswith("wrong/")} == {"read, and not judged"}


# ---- wrong answers ---------------------------------------------------------------------------------------------------


def test_a_wrong_answer_must_fail_what_it_names(box: Box, root: Path) -> None:
    change(root / VALUE, "test_value (", "test_value, test_time (")

    assert problems(box, root) == [f"{VALUE}:1: `test_time` passes, and the first line says that it fails"]


def test_a_wrong_answer_must_show_the_diagnosis_it_names(box: Box, root: Path) -> None:
    change(root / VALUE, "(wrong-value)", "(deadlock)")

    assert problems(box, root) == [f"{VALUE}:1: `test_value` shows wrong-value, not deadlock"]


def test_a_root_that_is_not_shown_first_is_a_problem_at_its_line(box: Box, root: Path) -> None:
    change(root / VALUE, "(wrong-value)", "(wrong-value)\n# root: serial")

    assert problems(box, root) == [f"{VALUE}:2: a learner is shown wrong-value first, and its root is serial"]


@pytest.mark.parametrize(
    ("line", "number", "said", "hint"),
    [
        ("# fails: test_value (wrong-valeu)", 1, "`wrong-valeu` is no diagnosis of this kit", "Write `wrong-value`."),
        (
            "# fails: test_value (wrong-value)\n# root: seriall",
            2,
            "its root is no diagnosis: seriall",
            "Write `serial`.",
        ),
    ],
)
def test_a_diagnosis_that_the_kit_does_not_have_is_a_problem_with_the_nearest_one(
    box: Box, root: Path, line: str, number: int, said: str, hint: str
) -> None:
    change(root / VALUE, "# fails: test_value (wrong-value)", line)

    assert problems(box, root) == [f"{VALUE}:{number}: {said}"]
    assert hints(box, root) == [hint]


def test_a_wrong_answer_that_passes_everything_is_one_problem(box: Box, root: Path) -> None:
    (root / VALUE).write_text("# fails: test_value, test_time (wrong-value)\n" + answer(RIGHT))

    assert problems(box, root) == [f"{VALUE}:1: this wrong answer passes every hidden test (100 points)"]


def test_a_wrong_answer_must_name_tests_that_exist(box: Box, root: Path) -> None:
    change(root / VALUE, "test_value (", "test_vaule (")

    assert problems(box, root) == [f"{VALUE}:1: there is no hidden test `test_vaule`"]
    assert hints(box, root) == ["Write `test_value`."]


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
    change(root / VALUE, "# fails: test_value (wrong-value)", line)

    said = "the first line does not say which hidden tests fail, and with which diagnosis"
    assert problems(box, root)[0] == f"{VALUE}:1: {said}"
    assert hints(box, root)[0] == "Write it first: `# fails: test_value (wrong-value)`."


def test_a_wrong_answer_that_cannot_be_judged_is_a_problem(box: Box, root: Path) -> None:
    (root / VALUE).write_text("# fails: test_value (wrong-value)\n" + answer(STUB))

    found = problems(box, root)

    assert found == [f"{VALUE}:6: the file is still the stub, nothing of it has been written yet"]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("async def double(n)\n    return n\n", 2, "Python cannot read this: expected ':'"),
        ("import os\nasync def double(n):\n    return n\n", 2, "`os` is not among the modules"),
    ],
)
def test_a_wrong_answer_that_breaks_the_rules_is_a_problem_at_its_line(
    box: Box, root: Path, text: str, line: int, said: str
) -> None:
    (root / VALUE).write_text(f"# fails: test_value (wrong-value)\n{text}")

    problem = only_problem(box, root)

    assert problem.startswith(f"{VALUE}:{line}: {said}")


# ---- parameter sets --------------------------------------------------------------------------------------------------


@pytest.fixture
def parametrised(root: Path) -> Path:
    """The kit with a test of two parameter sets, of which the wrong answer ``value.py`` fails one."""
    change(root / TESTS_FILE, "from grader", "import pytest\n\nfrom grader")
    change(root / TESTS_FILE, "def test_value(play)", '@pytest.mark.parametrize("n", [0, 3])\ndef test_value(play, n)')
    change(root / TESTS_FILE, 'play("call", n=3).result == 6', 'play("call", n=n).result == 2 * n')
    change(root / VALUE, "test_value", "test_value[3]")
    zero = "# fails: test_value[0] (wrong-value)\n" + answer(RIGHT.replace("2 * n", "2 * n or 1"))
    (root / "solutions/ex01_double/wrong/zero.py").write_text(zero)
    return root


def test_a_wrong_answer_may_name_one_parameter_set(box: Box, parametrised: Path) -> None:
    assert problems(box, parametrised) == []


def test_a_test_without_brackets_is_named_for_all_its_parameter_sets(box: Box, parametrised: Path) -> None:
    change(parametrised / VALUE, "test_value[3]", "test_value")

    assert problems(box, parametrised) == [f"{VALUE}:1: `test_value[0]` passes, and the first line says that it fails"]


def test_a_parameter_set_that_is_not_there_is_a_problem_with_the_nearest_one(box: Box, parametrised: Path) -> None:
    change(parametrised / VALUE, "test_value[3]", "test_value[4]")

    assert problems(box, parametrised) == [f"{VALUE}:1: there is no hidden test `test_value[4]`"]
    assert hints(box, parametrised)[0].startswith("Write `test_value[")


def test_each_parameter_set_must_be_failed_by_some_wrong_answer(box: Box, parametrised: Path) -> None:
    (parametrised / "solutions/ex01_double/wrong/zero.py").unlink()

    assert problems(box, parametrised) == [f"{TESTS_FILE}:8: no wrong answer fails `test_value[0]`"]


# ---- the exercise as a whole -----------------------------------------------------------------------------------------


def test_every_hidden_test_must_be_failed_by_some_wrong_answer(box: Box, root: Path) -> None:
    (root / "solutions/ex01_double/wrong/soon.py").unlink()

    assert problems(box, root) == [f"{TESTS_FILE}:11: no wrong answer fails `test_time`"]
    assert hints(box, root)[0].endswith("with the first line `# fails: test_time (wrong-value)`.")


def test_without_any_wrong_answer_one_problem_says_what_is_required(box: Box, root: Path) -> None:
    shutil.rmtree(root / "solutions/ex01_double/wrong")

    problem = only_problem(box, root)

    assert problem.startswith("solutions/ex01_double/wrong:1: every hidden test needs a wrong answer that fails it")


def test_a_missing_reference_is_a_problem_and_the_other_answers_are_judged(box: Box, root: Path) -> None:
    (root / "solutions/ex01_double/double.py").unlink()
    (root / VALUE).write_text("# fails: test_value (wrong-value)\n" + answer(RIGHT))

    assert problems(box, root) == [
        f"{VALUE}:1: this wrong answer passes every hidden test (100 points)",
        "solutions/ex01_double/double.py:1: this file is missing: the reference answer",
    ]


def test_answers_to_no_exercise_are_a_problem_of_the_kit(box: Box, root: Path) -> None:
    (root / "solutions/ex07_other").mkdir()

    assert problems(box, root) == ["solutions/ex07_other:1: these answers belong to no exercise that kit.toml lists"]


def test_an_exercise_that_is_not_listed_is_one_problem_with_its_answers(box: Box, root: Path) -> None:
    (root / "solutions/ex07_other").mkdir()
    (root / "exercises/ex07_other").mkdir()

    assert problems(box, root) == ["exercises/ex07_other:1: kit.toml does not list this exercise"]


def test_an_exercise_without_answers_is_a_problem_where_the_others_have_some(box: Box, root: Path) -> None:
    (root / "solutions/ex01_double").rename(root / "away")

    assert problems(box, root) == ["solutions/ex01_double:1: this folder is missing: the exercise has no answers"]


@pytest.mark.parametrize("place", ["exercises/ex01_double", "solutions/ex01_double", "solutions/ex01_double/wrong"])
def test_a_file_that_no_part_of_the_product_reads_does_not_belong_there(box: Box, root: Path, place: str) -> None:
    (root / place / "notes.txt").write_text("")
    (root / place / "__pycache__").mkdir()
    (root / place / ".pytest_cache").mkdir()

    assert problems(box, root) == [f"{place}/notes.txt:1: no part of the grader reads this"]


# ---- bugs of the kit -------------------------------------------------------------------------------------------------


def test_a_hidden_test_that_stumbles_on_every_answer_is_one_problem_with_its_file_and_line(
    box: Box, root: Path
) -> None:
    change(root / "exercises/ex01_double/test_hidden.py", "n=3).result == 6", "n=3).result == {}['six']")

    assert problems(box, root) == [f"{TESTS_FILE}:7: KeyError"]
    assert hints(box, root)[0].endswith("no answer can pass a test that meets it.")


def test_a_name_that_no_recording_has_is_found_with_what_was_meant(box: Box, root: Path) -> None:
    change(root / "exercises/ex01_double/test_hidden.py", "n=3).result == 6", "n=3).results == 6")

    problem = only_problem(box, root)

    assert problem.startswith(f"{TESTS_FILE}:7: ")
    assert problem.endswith("has no `results`")
    assert hints(box, root)[0].startswith("Write `result`; there are `attempt`, ")


def test_a_name_that_no_stage_has_is_found_though_no_answer_comes_to_its_line(box: Box, root: Path) -> None:
    more = "async def call(stage, n):\n    if n > 100:\n        stage.note('much')\n"
    change(root / "exercises/ex01_double/scenarios.py", "async def call(stage, n):\n", more)

    assert problems(box, root) == [f"{SCENARIOS_FILE}:3: `stage` has no `note`"]


def test_a_scenario_that_raises_by_itself_is_one_problem_with_its_file_and_line(box: Box, root: Path) -> None:
    change(root / "exercises/ex01_double/scenarios.py", "    async with", "    int('six')\n    async with")

    assert problems(box, root) == [f"{SCENARIOS_FILE}:2: ValueError"]


@pytest.mark.parametrize(
    ("head", "said", "hint"),
    [
        ("def call(stage, n):", 'the scenario "call" is no async function', "Write `async def call(...):`."),
        (
            "async def call(n):",
            'the scenario "call" does not take `stage` first',
            "Write `async def call(stage, n):`.",
        ),
        (
            "async def call():",
            'the scenario "call" does not take `stage` first',
            "Write `async def call(stage, n):`.",
        ),
    ],
)
def test_a_scenario_that_cannot_be_played_is_one_problem_at_its_line(
    box: Box, root: Path, head: str, said: str, hint: str
) -> None:
    (root / SCENARIOS_FILE).write_text(f"{head}\n    return 6\n")

    assert problems(box, root) == [f"{SCENARIOS_FILE}:1: {said}"]
    assert hints(box, root) == [hint]


def test_a_scenario_that_no_hidden_test_plays_is_a_problem_at_its_line(box: Box, root: Path) -> None:
    more = "async def unused(stage):\n    return await stage.submission.double(1)\n\n\n"
    (root / SCENARIOS_FILE).write_text(more + (root / SCENARIOS_FILE).read_text())

    assert problems(box, root) == [f"{SCENARIOS_FILE}:1: no hidden test plays the scenario `unused`"]


@pytest.mark.parametrize("head", ["import nothing_of_this_name\n", "NUMBER = 1 / 0\n"])
def test_hidden_tests_that_cannot_be_collected_do_not_keep_the_answers_from_being_read(
    box: Box, root: Path, head: str
) -> None:
    change(root / TESTS_FILE, "from grader.judge import grading\n", f"from grader.judge import grading\n{head}")
    (root / VALUE).write_text("# fails: test_vaule (wrong-value)\nimport os\n" + answer(WRONG_VALUE))

    first, *others = problems(box, root)

    assert first.startswith(f"{TESTS_FILE}:2: pytest cannot collect it: ")
    assert [problem.partition(" ")[0] for problem in others] == [f"{VALUE}:2:", f"{VALUE}:1:"]


def test_a_damaged_file_of_roots_does_not_keep_the_exercise_from_being_judged(box: Box, root: Path) -> None:
    (root / "exercises/ex01_double/roots.toml").write_text("[[answers]\n")
    change(root / VALUE, "test_value (", "test_value, test_time (")

    first, second = problems(box, root)

    assert first.startswith("exercises/ex01_double/roots.toml:1: not what `grade kit check --learn` writes")
    assert second.startswith(f"{VALUE}:1: `test_time` passes")


def test_a_test_by_which_no_answer_can_be_judged_is_one_problem_at_its_line(box: Box, root: Path) -> None:
    change(root / TESTS_FILE, 'assert play("call", n=3).result == 6', "assert 6 == 6")

    assert problems(box, root) == [
        f"{TESTS_FILE}:5: no answer can be judged by `test_value`: the hidden test looked at no play"
    ]


@pytest.mark.parametrize("content", ["import anyio\n", "async def double(n)\n    return n\n"])
def test_a_reference_that_cannot_be_judged_is_no_witness_against_the_kit(box: Box, root: Path, content: str) -> None:
    (root / "solutions/ex01_double/double.py").write_text(content)

    problem = only_problem(box, root)

    assert problem.startswith("solutions/ex01_double/double.py:1: ")
