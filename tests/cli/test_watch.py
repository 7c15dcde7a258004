"""``grade watch``: on a terminal with keys, without one, and at its end, whatever ends it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.desk.workspace import create_workspace, find_workspace, read_attempts
from grader.judge.verdict import Status
from grader.kit.kit import load_kit
from tests.kit_samples import RIGHT, STUB, TOO_SOON, WRONG_VALUE, answer, change, make_kit
from tests.processes import below, grade, start, wait_until
from tests.watch_runs import SECONDS, Watched, watched

CTRL_C = "\x03"
WAITING = "q quit"
HANGS = "import os\n" + RIGHT.replace("return 2 * n", "os.read(os.pipe()[0], 1)")
"""It hangs until the box ends each play."""
MORE = """

@grading(points=1, diagnosis="wrong-value", feedback="The value is not twice the argument.")
def test_value_{number}(play):
    \"\"\"doubles {number}\"\"\"
    assert play("call", n={number}).result == 2 * {number}
"""


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    root = make_kit(tmp_path / "kit")
    change(root / "exercises/ex01_double/exercise.toml", '"anyio",', '"anyio", "os",')
    return root


@pytest.fixture
def mine(tmp_path: Path, kit: Path) -> Path:
    """A workspace with an answer to ex01 that fails test 2, and the stub of ex02."""
    create_workspace(tmp_path / "mine", load_kit(kit))
    save(tmp_path / "mine", TOO_SOON)
    return tmp_path / "mine"


@pytest.fixture
def session(mine: Path) -> Iterator[Watched]:
    """``grade watch ex01`` in that workspace, once the first verdict is there."""
    with watched("ex01", cwd=mine) as session:
        session.wait("ex01  FAIL  60 of 100 points", WAITING)
        yield session


def file_of(mine: Path) -> Path:
    return mine / "ex01_double" / "double.py"


def save(mine: Path, text: str) -> None:
    """Save as many editors do: a new file takes the place of the old one."""
    other = mine / "ex01_double" / ".double.py.tmp"
    other.write_text(answer(text))
    other.replace(file_of(mine))


def stored(mine: Path, id: str = "ex01") -> list[Status]:
    kit = load_kit(mine.parent / "kit")
    workspace = find_workspace(mine)
    assert workspace is not None
    return [verdict.status for verdict in read_attempts(workspace, kit.exercise(id))]


# ---- saves -----------------------------------------------------------------------------------------------------------


def test_a_save_shows_what_got_better_and_another_one_what_got_worse(session: Watched, mine: Path) -> None:
    save(mine, RIGHT)
    better = session.wait("ex01  PASS  100 of 100 points", "n next")
    save(mine, WRONG_VALUE)
    worse = session.wait("ex01  FAIL  40 of 100 points", without="n next")

    assert "since the last run:  +2 takes that many seconds" in better
    assert "since the last run:  -1 returns twice the argument" in worse
    assert "The value is not twice the argument." in worse


def test_each_whole_verdict_is_stored_as_grade_stores_it(session: Watched, mine: Path) -> None:
    save(mine, RIGHT)
    session.wait("PASS")
    session.press("q")
    session.leave()

    assert stored(mine) == [Status.FAIL, Status.PASS]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("def double(:\n", "invalid syntax"),
        ("", "the file is empty"),
        ("\0", "null byte"),
    ],
)
def test_a_file_that_cannot_be_judged_is_said_as_grade_says_it(
    session: Watched, mine: Path, broken: str, said: str
) -> None:
    file_of(mine).write_text(broken)
    shown = session.wait("CANNOT BE JUDGED", WAITING)
    alone = grade("ex01", cwd=mine).stdout
    save(mine, RIGHT)
    session.wait("PASS")

    errors = [line for line in alone.splitlines() if line.startswith("error:")]
    assert errors
    assert set(errors) <= set(shown.splitlines())


def test_a_file_or_folder_that_goes_away_and_comes_back_is_checked_again(session: Watched, mine: Path) -> None:
    file_of(mine).unlink()
    session.wait("CANNOT BE JUDGED", "there is no file")
    save(mine, RIGHT)
    session.wait("PASS")
    (mine / "ex01_double").rename(mine / "away")
    session.wait("CANNOT BE JUDGED")
    (mine / "ex01_double").mkdir()
    save(mine, WRONG_VALUE)
    session.wait("FAIL  40 of 100")

    save(mine, RIGHT)
    session.wait("PASS")


@pytest.fixture
def hanging(mine: Path, kit: Path) -> Iterator[Watched]:
    """A session that checks an answer which hangs in one test after the other, once it has come to the third."""
    hidden = kit / "exercises/ex01_double/test_hidden.py"
    more = "".join(MORE.format(number=number) for number in range(10, 50))
    hidden.write_text(hidden.read_text().replace("points=60", "points=20") + more)
    with watched("ex01", cwd=mine) as session:
        session.wait("FAIL", WAITING)
        save(mine, HANGS)
        session.wait("checking: test 3")
        yield session


def test_a_new_save_ends_the_check_that_goes_on(hanging: Watched, mine: Path) -> None:
    save(mine, RIGHT)
    hanging.wait("PASS")
    hanging.press("q")
    hanging.leave()

    assert stored(mine) == [Status.FAIL, Status.PASS]


def test_the_old_result_stays_until_the_new_one_is_there(hanging: Watched) -> None:
    assert "ex01  FAIL" in hanging.screen
    assert "It does not take that many seconds." in hanging.screen


def test_keys_are_answered_while_a_check_goes_on(hanging: Watched) -> None:
    hanging.press("l")
    hanging.wait("the wait exercise")
    hanging.press("q")

    assert hanging.leave() == 0


def test_ctrl_c_ends_a_check_that_goes_on(hanging: Watched) -> None:
    hanging.press(CTRL_C)

    assert hanging.leave() == 130
    assert "Traceback" not in hanging.raw


def test_a_save_with_the_same_contents_checks_nothing(session: Watched, mine: Path) -> None:
    save(mine, TOO_SOON)
    save(mine, RIGHT)
    session.wait("PASS")
    session.press("q")
    session.leave()

    assert stored(mine) == [Status.FAIL, Status.PASS]


def test_an_exercise_that_changes_is_read_again_and_that_is_said(session: Watched, mine: Path, kit: Path) -> None:
    change(kit / "exercises/ex01_double/test_hidden.py", "takes that many seconds", "takes so many seconds")
    shown = session.wait("the exercise itself has changed", "takes so many seconds")

    assert "ex01  FAIL  60 of 100 points" in shown


def test_an_exercise_that_breaks_is_said_and_watching_goes_on(session: Watched, kit: Path) -> None:
    toml = kit / "exercises/ex01_double/exercise.toml"
    sound = toml.read_text()
    toml.write_text(sound + "[")
    session.wait("the exercise has changed and cannot be read")
    toml.write_text(sound)

    session.wait("the exercise itself has changed")


def test_hostile_text_does_nothing_to_the_terminal(session: Watched, mine: Path) -> None:
    hostile = RIGHT.replace("return 2 * n", 'raise ValueError("\\x1b]0;owned\\x07\\x1b[2J\\u202e")')
    save(mine, hostile)
    session.wait("FAIL  0 of 100 points")

    assert "\x1b]0" not in session.raw
    assert "\x1b[2J" not in session.raw
    assert "\u202e" not in session.raw


# ---- keys ------------------------------------------------------------------------------------------------------------


def test_h_shows_a_hint_and_after_a_change_the_next_one_and_any_other_key_the_result_again(
    session: Watched, mine: Path
) -> None:
    session.press("h")
    session.wait("value hint 1")
    session.press("h")
    session.wait("value hint 1", "The next one opens when you have changed the file")
    session.press(" ")
    session.wait("ex01  FAIL  60 of 100 points")
    save(mine, TOO_SOON.replace("sleep(0)", "sleep(1)"))
    session.wait("`call` ends at 1 s", WAITING)
    session.press("h")

    session.wait("value hint 2")


def test_l_lists_the_exercises_and_v_shows_every_test(session: Watched) -> None:
    session.press("l")
    session.wait("the double exercise", "the wait exercise")
    session.press("v")

    session.wait("returns twice the argument", "asyncio", "any key")


def test_o_writes_the_report_and_says_where(session: Watched, mine: Path) -> None:
    session.press("o")
    session.wait("written: grade-report.html", WAITING)

    assert "double" in (mine / "grade-report.html").read_text()


def test_x_asks_first_and_then_resets_with_a_copy(session: Watched, mine: Path) -> None:
    session.press("x")
    session.wait("x once more makes ex01_double/double.py the stub again")
    session.press(" ")
    session.wait("FAIL  60 of 100", without="once more")
    assert file_of(mine).read_text() == answer(TOO_SOON)

    session.press("xx")
    session.wait("still the stub", "Your file is kept as")

    assert file_of(mine).read_text() == answer(STUB)
    (copy,) = (mine / ".gradekit/backups").rglob("*.py")
    assert copy.read_text() == answer(TOO_SOON)


def test_n_goes_on_once_the_exercise_passes_and_not_before(session: Watched, mine: Path) -> None:
    session.press("n")
    session.wait("ex01 does not pass yet")
    save(mine, RIGHT)
    session.wait("PASS", "n next")
    session.press("n")
    session.wait("ex02  wait", "still the stub")
    (mine / "ex02_wait/wait.py").write_text(answer(RIGHT, "wait"))

    session.wait("ex02  PASS", without="since the last run")


def test_r_checks_the_same_contents_again(session: Watched, mine: Path) -> None:
    session.press("r")
    wait_until(lambda: len(stored(mine)) == 2)

    assert stored(mine) == [Status.FAIL, Status.FAIL]


def test_an_arrow_is_one_key_and_no_command(session: Watched, mine: Path) -> None:
    session.press("x")
    session.wait("once more")
    session.press("\x1b[A")
    session.wait("FAIL  60 of 100", without="once more")

    assert file_of(mine).read_text() == answer(TOO_SOON)


def test_a_terminal_of_another_size_is_drawn_anew(session: Watched) -> None:
    session.resize(50, 12)
    lines = session.wait_for(lambda screen: screen.count("\n") < 12).split("\n")

    assert max(map(len, lines)) <= 50
    assert lines[-1].endswith(WAITING)
    assert any(line.startswith("ex01  FAIL  60 of 100") for line in lines)


# ---- the end ---------------------------------------------------------------------------------------------------------


def test_q_leaves_with_0_and_the_terminal_as_it_was(mine: Path) -> None:
    with watched("ex01", cwd=mine) as session:
        before = session.modes()
        session.wait("FAIL", WAITING)
        assert session.modes() != before
        session.press("q")

        assert session.leave() == 0
        assert session.modes() == before


@pytest.mark.parametrize("moment", ["at once", WAITING])
def test_ctrl_c_leaves_with_130_and_the_terminal_as_it_was(mine: Path, moment: str) -> None:
    with watched("ex01", cwd=mine) as session:
        before = session.modes()
        if moment == "at once":
            wait_until(lambda: bool(below(session.process.pid)))
        else:
            session.wait(moment)
        session.press(CTRL_C)

        assert session.leave() == 130
        assert session.modes() == before
        assert "Traceback" not in session.raw


def test_a_signal_to_end_leaves_the_terminal_as_it_was(mine: Path) -> None:
    with watched("ex01", cwd=mine) as session:
        before = session.modes()
        session.wait(WAITING)
        session.process.terminate()

        assert session.leave() == 128 + signal.SIGTERM
        assert session.modes() == before


# ---- without a terminal ----------------------------------------------------------------------------------------------


@contextmanager
def piped(*options: str, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``grade watch ex01`` without a terminal; it is killed if a test fails meanwhile."""
    process = start("watch", "ex01", *options, cwd=cwd)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_line(process: subprocess.Popen[bytes], wanted: str) -> str:
    """Read on to the line that has this text."""
    assert process.stdout is not None
    while line := process.stdout.readline().decode():
        if wanted in line:
            return line
    raise AssertionError(f"no {wanted}")


def test_without_a_terminal_one_run_is_printed_after_the_other(mine: Path) -> None:
    with piped(cwd=mine) as process:
        read_line(process, "ex01  FAIL  60 of 100 points")
        save(mine, RIGHT)
        read_line(process, "ex01  PASS  100 of 100 points")
        assert "+2" in read_line(process, "since the last run")
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=SECONDS)

    assert (rest, errors.split()) == (b"", [b"interrupted"])
    assert process.returncode == 130


def test_json_is_one_line_for_each_run(mine: Path) -> None:
    with piped("--json", cwd=mine) as process:
        first = json.loads(read_line(process, "{"))
        save(mine, RIGHT)
        second = json.loads(read_line(process, "{"))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)

    assert [len(first["verdicts"]), len(second["verdicts"])] == [1, 1]
    assert first["better"] == first["worse"] == []
    assert second["better"] == [2]
    assert "name" not in second["verdicts"][0]["tests"][0], "hidden tests go by their numbers"


def test_a_reader_that_goes_away_ends_it(mine: Path) -> None:
    with piped("--json", cwd=mine) as process:
        read_line(process, "{")
        assert process.stdout is not None
        process.stdout.close()
        save(mine, RIGHT)

        assert process.wait(SECONDS) == 0


@pytest.mark.parametrize("how", [["--plain"], ["--verbose"], ["--quiet"]])
def test_other_forms_on_a_terminal_are_printed_and_take_keys(mine: Path, how: list[str]) -> None:
    with watched("ex01", *how, cwd=mine) as session:
        session.wait_printed(WAITING)
        save(mine, RIGHT)
        session.wait_printed("PASS  100 of 100")
        session.press("q")

        assert session.leave() == 0
        assert "\x1b[H" not in session.raw


def test_a_dumb_terminal_gets_no_escape_at_all(mine: Path) -> None:
    with watched("ex01", cwd=mine, TERM="dumb") as session:
        session.wait_printed(WAITING)
        session.press("q")
        session.leave()

    assert "\x1b" not in session.raw


# ---- which exercise --------------------------------------------------------------------------------------------------


def test_without_a_name_it_is_the_one_that_grade_names_next(mine: Path) -> None:
    save(mine, RIGHT)
    grade("ex01", cwd=mine)
    with watched(cwd=mine) as session:
        session.wait("ex02  wait")


def test_once_all_are_complete_one_has_to_be_named(mine: Path) -> None:
    save(mine, RIGHT)
    (mine / "ex02_wait/wait.py").write_text(answer(RIGHT, "wait"))
    grade("run", "--all", cwd=mine)
    refused = grade("watch", cwd=mine)

    assert refused.returncode == 2
    assert refused.stderr == "error: all exercises are complete\nhelp: Name one of them, as in `grade watch ex01`.\n"


def test_outside_of_a_workspace_it_says_how_to_make_one(tmp_path: Path) -> None:
    refused = grade("watch", "ex01", cwd=tmp_path)

    assert refused.returncode == 2
    assert "grade init DIR" in refused.stderr


# ---- growth ----------------------------------------------------------------------------------------------------------

WARM = 10
"""Saves until everything is imported and every cache has its size."""


@pytest.mark.parametrize("saves", [50, pytest.param(500, marks=[pytest.mark.slow, pytest.mark.timeout(3000)])])
def test_saves_in_a_row_leave_nothing_behind(mine: Path, saves: int) -> None:
    texts = (RIGHT, TOO_SOON, WRONG_VALUE, "def double(:\n")
    with piped("--json", cwd=mine) as process:
        read_line(process, "{")

        def save_often(first: int, last: int) -> None:
            for number in range(first, last):
                save(mine, f"{texts[number % len(texts)]}\n# {number}\n")
                read_line(process, "{")

        save_often(0, WARM)
        before = in_use(process.pid)
        save_often(WARM, WARM + saves)
        wait_until(lambda: in_use(process.pid)[:3] == before[:3])
        after = in_use(process.pid)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)

    # Python's allocator rounds; a verdict that was kept per save would be 30 KiB.
    assert after[3] - before[3] < 3_000 + 8 * saves, f"{before[3]} KiB, then {after[3]} KiB"


def in_use(process: int) -> tuple[int, int, int, int]:
    """Processes below it, its threads, the descriptors of all of them, and the memory of all of them in KiB."""
    everyone = [process, *below(process)]
    threads = len(os.listdir(f"/proc/{process}/task"))
    descriptors = sum(len(os.listdir(f"/proc/{each}/fd")) for each in everyone if can_be_listed(each))
    status = "".join(Path(f"/proc/{each}/status").read_text() for each in everyone)
    memory = sum(int(number) for number in re.findall(r"VmRSS:\s+(\d+) kB", status))
    return len(everyone), threads, descriptors, memory


def can_be_listed(process: int) -> bool:
    try:
        os.listdir(f"/proc/{process}/fd")
    except OSError:
        return False
    return True
