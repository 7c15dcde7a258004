"""The mistakes that authors make: each is named with file, line and what to do, alone and all of them in one run."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.judge import kitcheck
from grader.kit.faults import KitFault
from grader.kit.kit import read_kit
from grader.sandbox.box import Box
from tests.kit_samples import RIGHT, TOO_SOON, WRONG_VALUE, answer, change, make_kit, make_small_kit
from tests.processes import environment, grade, inside, start

KIT = "exercises/kit.toml"
EXERCISE = "exercises/ex01_double/exercise.toml"
STUB = "exercises/ex01_double/double.py"
SCENARIOS = "exercises/ex01_double/scenarios.py"
TESTS = "exercises/ex01_double/test_hidden.py"
RIGHT_ANSWER = "solutions/ex01_double/right/way1.py"
WRONG_ANSWER = "solutions/ex01_double/wrong/value.py"

MORE_SCENARIOS = """

async def twice(stage, n):
    stage.mark("called")
    return await stage.submission.double(await stage.submission.double(n))


async def late(stage, n):
    return await stage.submission.double(n)
"""
MORE_TESTS = '''

@grading(points=5, diagnosis="wrong-value", feedback="Twice twice is not four times.")
def test_twice(play):
    """may be called again with the result"""
    assert play("twice", n=1).result == 4


@grading(points=5, diagnosis="wrong-value", feedback="The mark is not there.")
def test_mark(play):
    """is called"""
    recording = play("twice", n=2)
    assert recording.result == 8


@grading(points=5, diagnosis="wrong-value", feedback="Zero is not zero.")
def test_zero(play):
    """returns zero for zero"""
    assert play("call", n=0).result == 0


@grading(points=5, diagnosis="wrong-value", feedback="One is not two.")
def test_one(play):
    """returns two for one"""
    assert play("call", n=1).result == 2


@grading(points=5, diagnosis="wrong-value", feedback="Two is not four.")
def test_two(play):
    """returns four for two"""
    assert play("call", n=2).result == 4


@grading(points=5, diagnosis="wrong-value", feedback="Four is not eight.")
def test_four(play):
    """returns eight for four"""
    assert play("call", n=4).result == 8


@grading(points=5, diagnosis="wrong-value", feedback="It does not end in time.")
def test_late(play):
    """ends in time"""
    assert play("late", n=5).elapsed == 5


@grading(points=5, diagnosis="another-value", feedback="Five is not ten.")
def test_five(play):
    """returns ten for five"""
    assert play("call", n=5).result == 10
'''
MORE_KIT = """
[diagnoses.another-value]
sentence = "another value"
explanation = "The value is another one."
hints = ["another hint 1", "another hint 2", "another hint 3"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A kit of one exercise that has no problem, with a part for each mistake."""
    root = make_small_kit(tmp_path / "kit")
    # Nothing here depends on the backend, and each more is as many plays again.
    change(root / EXERCISE, "minutes = 5\n", 'minutes = 5\nbackends = ["asyncio"]\n')
    change(root / TESTS, "points=40", "points=20")
    change(root / TESTS, "points=60", "points=40")
    for path, more in ((KIT, MORE_KIT), (SCENARIOS, MORE_SCENARIOS), (TESTS, MORE_TESTS)):
        (root / path).write_text((root / path).read_text() + more)
    wrong = "# fails: test_value, test_twice, test_mark, test_one, test_two (wrong-value)\n"
    (root / WRONG_ANSWER).write_text(wrong + answer(WRONG_VALUE))
    soon = "# fails: test_time, test_late (wrong-value)\n"
    (root / "solutions/ex01_double/wrong/soon.py").write_text(soon + answer(TOO_SOON))
    other = "# fails: test_zero (wrong-value), test_five (another-value)\n"
    (root / "solutions/ex01_double/wrong/other.py").write_text(
        other + answer(RIGHT.replace("2 * n", "2 * n + (n in (0, 5))"))
    )
    return root


def faults(box: Box, root: Path) -> list[KitFault]:
    return [problem.fault for one in kitcheck.check(box, read_kit(root)) for problem in one.problems]


def test_the_kit_without_a_mistake_has_no_problem(box: Box, root: Path) -> None:
    assert faults(box, root) == []


@dataclass(frozen=True, kw_only=True)
class Slip:
    """A mistake of an author: a text of a file that is replaced by another one, and what has to be said of it."""

    file: str
    old: str
    new: str
    at: str
    """The beginning of the line that has to be named."""
    what: str
    hint: str

    def make(self, root: Path) -> None:
        change(root / self.file, self.old, self.new)

    def line(self, root: Path) -> int:
        lines = (root / self.file).read_text().splitlines()
        return 1 + next(number for number, line in enumerate(lines) if line.startswith(self.at))

    def is_named_by(self, fault: KitFault, root: Path) -> bool:
        there = fault.path == root / self.file and fault.line == self.line(root)
        return there and self.what in fault.what and self.hint in fault.hint


SLIPS = {
    "attribute of a recording that is not there": Slip(
        file=TESTS,
        old='assert play("call", n=3).result == 6',
        new='recording = play("call", n=3)\n    assert recording.returned == 6',
        at="    assert recording.returned",
        what="`recording` has no `returned`",
        hint="`result`",
    ),
    "attribute of the stage that is not there": Slip(
        file=SCENARIOS,
        old='stage.mark("called")',
        new='stage.note("called")',
        at="    stage.note",
        what="`stage` has no `note`",
        hint="`mark`",
    ),
    "test that returns a value": Slip(
        file=TESTS,
        old='assert play("call", n=0).result == 0',
        new='return play("call", n=0).result == 0',
        at="    return play",
        what="`test_zero` returns",
        hint="assert",
    ),
    "async test": Slip(
        file=TESTS,
        old="def test_one(play)",
        new="async def test_one(play)",
        at="async def test_one",
        what="`test_one` is an async def",
        hint="def test_one(",
    ),
    "scenario with a syntax error": Slip(
        file=SCENARIOS,
        old="async def late(stage, n):",
        new="async def late(stage, n)",
        at="async def late",
        what="expected ':'",
        hint="Correct the line",
    ),
    "missing key": Slip(
        file=EXERCISE,
        old="level = 1\n",
        new="",
        at="id = ",
        what="'level' is missing",
        hint="level = 1",
    ),
    "two tests of one name": Slip(
        file=TESTS,
        old="def test_four(play):",
        new="def test_value(play):  # again",
        at="def test_value(play):  # again",
        what="`test_value` is there twice",
        hint="another name",
    ),
    "diagnosis without hints": Slip(
        file=KIT,
        old='hints = ["another hint 1", "another hint 2", "another hint 3"]\n',
        new="",
        at="[diagnoses.another-value]",
        what="hints' is missing",
        hint='hints = ["a question", "the idea", "nearly the code"]',
    ),
    "wrong answer that passes": Slip(
        file="solutions/ex01_double/wrong/soon.py",
        old="sleep(0)",
        new="sleep(n)",
        at="# fails: test_time",
        what="this wrong answer passes every hidden test",
        hint="Make the mistake in it",
    ),
    "right answer that fails": Slip(
        file=RIGHT_ANSWER,
        old="await anyio.sleep(n)",
        new="await anyio.sleep(n + 1)",
        at="    await anyio.sleep(n + 1)",
        what="on asyncio: wrong-value",
        hint="shows the assertion that failed",
    ),
    "stub that does not import": Slip(
        file=STUB,
        old="import anyio\n",
        new="import anyio\n\nLIMIT = anyio.no_such_limit\n",
        at="LIMIT",
        what="the stub cannot be imported: AttributeError",
        hint="Correct the line",
    ),
    "points that are no number": Slip(
        file=TESTS,
        old='points=5, diagnosis="wrong-value", feedback="Two',
        new='points="ten", diagnosis="wrong-value", feedback="Two',
        at='@grading(points="ten"',
        what="'ten'",
        hint="points=",
    ),
    "unused scenario": Slip(
        file=SCENARIOS,
        old="async def twice(",
        new="async def unused(stage):\n    return stage.now\n\n\nasync def twice(",
        at="async def unused",
        what="no hidden test plays the scenario `unused`",
        hint='play("unused")',
    ),
}


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_a_mistake_is_the_one_problem_that_is_named(box: Box, root: Path, slip: Slip) -> None:
    slip.make(root)

    found = faults(box, root)

    assert len(found) == 1, found
    assert slip.is_named_by(found[0], root), found


def test_all_mistakes_in_one_exercise_are_named_in_one_run(box: Box, root: Path) -> None:
    for slip in SLIPS.values():
        slip.make(root)

    found = faults(box, root)

    unnamed = [name for name, slip in SLIPS.items() if not any(slip.is_named_by(fault, root) for fault in found)]
    assert unnamed == [], found
    assert len(found) == len(SLIPS), found


# ---- other mistakes --------------------------------------------------------------------------------------------------

OTHERS = {
    "scenario that is no async function": (
        Slip(
            file=SCENARIOS,
            old="async def late(stage, n):\n    return await",
            new="def late(stage, n):\n    return",
            at="def late",
            what='the scenario "late" is no async function',
            hint="async def late(...)",
        ),
    ),
    "scenario that does not take the stage": (
        Slip(
            file=SCENARIOS,
            old="async def late(stage, n):\n    return await stage.submission.double(n)",
            new="async def late(n):\n    return n",
            at="async def late",
            what='the scenario "late" does not take `stage` first',
            hint="`async def late(stage, n):`",
        ),
    ),
    "scenario that is not there": (
        Slip(
            file=TESTS,
            old='play("late", n=5)',
            new='play("lat", n=5)',
            at='    assert play("lat"',
            what='scenarios.py has no scenario "lat"',
            hint='Write "late".',
        ),
        Slip(
            file=SCENARIOS,
            old="async def late(",
            new="async def late(",
            at="async def late",
            what="no hidden test plays the scenario `late`",
            hint="play(",
        ),
    ),
    "input that the scenario does not take": (
        Slip(
            file=TESTS,
            old='play("late", n=5)',
            new='play("late", n=5, m=1)',
            at='    assert play("late"',
            what='the scenario "late" takes no `m`',
            hint="`async def late(stage, n, m)`",
        ),
    ),
    "input that the scenario needs": (
        Slip(
            file=TESTS,
            old='play("late", n=5)',
            new='play("late")',
            at='    assert play("late"',
            what='the scenario "late" needs `n`',
            hint='play("late", n=...)',
        ),
    ),
    "points that are missing": (
        Slip(
            file=TESTS,
            old='points=5, diagnosis="wrong-value", feedback="Two',
            new='diagnosis="wrong-value", feedback="Two',
            at='@grading(diagnosis="wrong-value", feedback="Two',
            what="`test_two` has no `points`",
            hint="points=",
        ),
    ),
    "name of another test, where a wrong answer claims to fail its own": (
        Slip(
            file=TESTS,
            old="def test_five(play):",
            new="def test_four(play):  # again",
            at="def test_four(play):  # again",
            what="`test_four` is there twice",
            hint="another name",
        ),
    ),
    "two scenarios of one name": (
        Slip(
            file=SCENARIOS,
            old="async def late(",
            new="async def twice(  # again\n    ",
            at="async def twice(  # again",
            what="the scenario `twice` is there twice",
            hint="another name",
        ),
    ),
    "input to show that no scenario takes": (
        Slip(
            file=TESTS,
            old='feedback="Zero is not zero."',
            new='feedback="Zero is not zero.", show=("number", "n")',
            at="def test_zero(play)",
            what="`test_zero` shows 'number', and no scenario has that input",
            hint="Name an input",
        ),
    ),
    "input to show of a scenario that is no Python": (
        Slip(
            file=SCENARIOS,
            old="async def late(stage, n):",
            new="async def late(stage, seconds)",
            at="async def late",
            what="expected ':'",
            hint="Correct the line",
        ),
        Slip(
            file=TESTS,
            old='feedback="It does not end in time.")\ndef test_late(play):\n    """ends in time"""',
            new='feedback="Not in time.", show=("seconds",))\ndef test_late(play):',
            at="def test_late",
            what="`test_late` has no docstring",
            hint="first line",
        ),
    ),
    "parameters of the stub that no answer has": (
        Slip(
            file=STUB,
            old="async def double(n):",
            new="async def double(n, m):",
            at="async def double",
            what="no right answer has the interface of this stub",
            hint="names and parameters that they have in the answers",
        ),
    ),
    "name in the stub that no answer has": (
        Slip(
            file=STUB,
            old="async def double(n):",
            new="async def duoble(n):",
            at="async def duoble",
            what="no right answer has the interface of this stub",
            hint="names and parameters that they have in the answers",
        ),
    ),
    "hidden test that cannot be found": (
        Slip(
            file=WRONG_ANSWER,
            old="test_value, ",
            new="test_vaule, ",
            at="# fails:",
            what="there is no hidden test `test_vaule`",
            hint="Write `test_value`.",
        ),
    ),
    "wrong answer with a syntax error": (
        Slip(
            file=WRONG_ANSWER,
            old="async def double(n):",
            new="async def double(n)",
            at="async def double",
            what="Python cannot read this: expected ':'",
            hint="Put a colon at the end of the line.",
        ),
    ),
    "wrong answer with an import that is not allowed": (
        Slip(
            file=WRONG_ANSWER,
            old="import anyio\n",
            new="import anyio\nimport os\n",
            at="import os",
            what="`os` is not among the modules that this exercise may import",
            hint="Use `anyio`",
        ),
    ),
}


@pytest.mark.parametrize("slips", OTHERS.values(), ids=OTHERS)
def test_another_mistake_is_named_with_its_line_and_nothing_that_follows_from_it(
    box: Box, root: Path, slips: tuple[Slip, ...]
) -> None:
    for slip in slips:
        slip.make(root)

    found = faults(box, root)

    assert len(found) == len(slips), found
    assert all(any(slip.is_named_by(fault, root) for fault in found) for slip in slips), found


def test_a_name_of_a_file_that_does_not_match_is_one_problem(box: Box, root: Path) -> None:
    change(root / EXERCISE, 'file = "double.py"', 'file = "dubble.py"')

    (fault,) = faults(box, root)

    assert str(fault) == f"{root}/exercises/ex01_double/dubble.py:1: this file is missing"
    assert "`file` in exercise.toml" in fault.hint


def test_a_missing_file_of_an_exercise_is_one_problem(box: Box, root: Path) -> None:
    for name in ("scenarios.py", "README.md"):
        text = (root / "exercises/ex01_double" / name).read_bytes()
        (root / "exercises/ex01_double" / name).unlink()
        assert [fault.path.name for fault in faults(box, root)] == [name]
        (root / "exercises/ex01_double" / name).write_bytes(text)


def test_all_exercises_are_checked_though_one_cannot_be_read(box: Box, tmp_path: Path) -> None:
    root = make_kit(tmp_path / "kit")
    (root / "exercises/ex01_double/test_hidden.py").unlink()
    change(root / "solutions/ex02_wait/wrong/value.py", "test_value (", "test_value, test_time (")

    assert [fault.path.relative_to(root).as_posix() for fault in faults(box, root)] == [
        "exercises/ex01_double/test_hidden.py",
        "solutions/ex02_wait/wrong/value.py",
    ]


# ---- the command -----------------------------------------------------------------------------------------------------


def test_a_problem_is_shown_with_a_place_to_click_and_what_to_do(root: Path) -> None:
    SLIPS["wrong answer that passes"].make(root)

    done = inside("kit", "check", "kit", "--plain", "-q", cwd=root.parent)

    first, place, *hint, last = done.stdout.splitlines()
    assert done.returncode == 1
    assert first.startswith("FAIL  ex01  wrong/soon.py ")
    assert (
        place == "  kit/solutions/ex01_double/wrong/soon.py:1: this wrong answer passes every hidden test (100 points)"
    )
    assert hint[0].startswith("    help: Make the mistake in it")
    assert last.endswith(" files and exercises checked, 1 problem")


def test_the_kit_in_this_folder_is_checked_where_none_is_named(root: Path) -> None:
    done = inside("kit", "check", "--schedules", "2", cwd=root)

    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "Tiny 0.1: 9 files and exercises checked, 0 problems"


def test_only_the_exercises_that_are_named_are_checked(tmp_path: Path) -> None:
    root = make_kit(tmp_path / "kit")
    (root / "solutions/ex01_double/right/way0.py").unlink()

    assert inside("kit", "check", "ex02", "--schedules", "2", cwd=root).returncode == 0
    named = inside("kit", "check", ".", "ex01", "--schedules", "2", "-q", "--plain", cwd=root)
    assert [line.split()[:2] for line in named.stdout.splitlines() if line.startswith("FAIL")] == [["FAIL", "ex01"]]
    assert inside("kit", "check", "ex03", cwd=root).returncode == 2


def test_a_folder_without_a_kit_exits_4(tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()

    done = inside("kit", "check", ".", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (4, "")
    assert "this is not a kit" in done.stderr


def test_a_kit_that_lists_no_exercise_is_a_problem_and_exits_1(root: Path) -> None:
    change(root / KIT, '["ex01_double"]', "[]")

    done = inside("kit", "check", "kit", "-q", cwd=root.parent)

    assert done.returncode == 1
    assert "kit/exercises/kit.toml:4: 'exercises' must be the names of folders" in done.stdout


def test_the_document_has_every_problem_with_its_place_and_what_to_do(root: Path) -> None:
    for name in ("missing key", "wrong answer that passes"):
        SLIPS[name].make(root)

    done = inside("kit", "check", "kit", "--json", cwd=root.parent)

    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert (document["format"], document["kit"], document["version"]) == (1, "Tiny", "0.1")
    assert [(one["exercise"], one["path"], one["line"]) for one in document["problems"]] == [
        ("ex01", f"kit/{EXERCISE}", 1),
        ("ex01", "kit/solutions/ex01_double/wrong/soon.py", 1),
    ]
    assert all(set(one) == {"exercise", "path", "line", "what", "hint"} for one in document["problems"])


def test_an_answer_that_shows_another_diagnosis_is_shown_with_both_screens(root: Path) -> None:
    change(root / WRONG_ANSWER, "(wrong-value)", "(deadlock)")

    loud = inside("kit", "check", "kit", "--ascii", cwd=root.parent)
    quiet = inside("kit", "check", "kit", "--ascii", "-q", cwd=root.parent)

    screens = [line for line in loud.stdout.splitlines() if line.startswith("    | ")]
    assert "    | error: The value is not twice the argument." in screens
    assert any(line.startswith("    | ex01  FAIL  ") for line in screens)
    assert "    | error: deadlock: every task waits, and nothing is left that could wake one" in screens
    assert "    | help: find out who should wake the waiting task, and what that one is" in screens
    assert all(len(line) <= 80 for line in screens)
    assert "    | " not in quiet.stdout


def test_where_another_test_shows_the_named_diagnosis_that_is_the_other_screen(root: Path) -> None:
    change(root / WRONG_ANSWER, "(wrong-value)", "(another-value)")

    done = inside("kit", "check", "kit", "--ascii", cwd=root.parent)

    _, _, named = done.stdout.partition("  by another-value, which the answer names, a learner is told:\n")
    assert named.startswith("    | FAIL 10  returns ten for five ")
    assert "    | error: Five is not ten." in named.splitlines()


# ---- again and again -------------------------------------------------------------------------------------------------

WAITING = b"Waiting for a file of the kit to be saved"


@contextmanager
def watching(root: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command while it watches a kit."""
    env = environment(**variables)
    process = start("kit", "check", str(root), "--watch", "--schedules", "1", cwd=root, env=env)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def save(path: Path, old: str, new: str) -> None:
    """Change a file as many editors do, at one moment: a check may come between two halves of a file otherwise."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(path.read_text())
    change(beside, old, new)
    beside.replace(path)


def next_check(process: subprocess.Popen[bytes]) -> list[str]:
    """The lines of the next check that it makes."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        if line.startswith(WAITING):
            return lines
        lines.append(line.decode().rstrip())
    raise AssertionError(lines)


def test_a_kit_is_checked_again_when_a_file_is_saved_and_only_what_has_changed(tmp_path: Path) -> None:
    root = make_kit(tmp_path / "kit")
    change(root / "solutions/ex02_wait/wrong/value.py", "test_value (", "test_value, test_time (")
    answer_file = root / "solutions/ex01_double/wrong/value.py"
    with watching(root) as process:
        first = next_check(process)
        assert first[-1].endswith("1 problem")
        assert any("ex01  wrong/value.py" in line for line in first)

        save(answer_file, "test_value (", "test_vaule (")
        second = next_check(process)
        assert second[-1].endswith("2 problems")
        assert [line.split()[1] for line in second if line.startswith("ok")] == ["ex01"] * 7
        assert [line.split()[1] for line in second if line.startswith("FAIL")] == ["ex02", "ex01"]

        save(answer_file, "test_vaule (", "test_value (")
        assert next_check(process)[-1].endswith("1 problem")

        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130


def test_a_kit_that_cannot_be_read_any_more_is_watched_on_also_by_polling(tmp_path: Path) -> None:
    root = make_small_kit(tmp_path / "kit")
    with watching(root, WATCHFILES_FORCE_POLLING="true") as process:
        assert next_check(process)[-1].endswith("0 problems")

        save(root / KIT, "format = 1", "format = ")
        assert any("kit.toml:1: not TOML" in line for line in next_check(process))

        save(root / KIT, "format = ", "format = 1")
        assert next_check(process)[-1].endswith("0 problems")


@pytest.mark.parametrize("option", ["--learn", "--json", "--thorough"])
def test_watching_goes_with_the_screen_alone(root: Path, option: str) -> None:
    done = grade("kit", "check", "--watch", option, cwd=root)

    assert done.returncode == 2
    assert done.stderr.startswith("error: --watch goes with none of --learn, --json and --thorough\n")


def test_an_answer_that_fails_under_a_later_schedule_is_no_problem_under_few(root: Path) -> None:
    """With `--schedules 1` everybody comes in first: what an answer shows under all schedules is what counts."""
    racing = WRONG_VALUE.replace("    await", RACE + "    await").replace(
        "return n", "return 2 * n if seen == [1, 2] else n"
    )
    (root / "solutions/ex01_double/wrong/races.py").write_text("# fails: test_value (wrong-value)\n" + answer(racing))

    done = inside("kit", "check", ".", "--schedules", "1", "-q", cwd=root)

    assert (done.returncode, done.stdout.splitlines()[:-1]) == (0, [])


RACE = """\
    seen = []

    async def come_in(number):
        seen.append(number)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(come_in, 1)
        tasks.start_soon(come_in, 2)
"""
