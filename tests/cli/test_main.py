"""The ``grade`` command as its users meet it: real processes where the process is the point."""

from __future__ import annotations

import errno
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import termios
import venv
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import exit_codes
from grader.cli.main import complain, main
from grader.cli.options import EXERCISE, suggestion
from grader.desk.workspace import create_workspace
from grader.errors import GraderError
from grader.judge.verdict import Verdict
from grader.kit.kit import load_kit
from tests import samples
from tests.fault_samples import PLAYER, SET_UP, break_boxes
from tests.kit_samples import RIGHT, STUB, TOO_SOON, WRONG_VALUE, answer, change, make_kit
from tests.processes import below, environment, grade, inside, start

QUICK = ("--schedules", "1", "--backend", "trio")
"""Options for runs in which the verdict is not the point."""


@pytest.fixture
def mine(tmp_path: Path, tiny: Path) -> Path:
    create_workspace(tmp_path / "mine", load_kit(tiny))
    return tmp_path / "mine"


def write(mine: Path, text: str, name: str = "double") -> Path:
    path = next(mine.glob("ex*_" + name)) / f"{name}.py"
    path.write_text(answer(text, name))
    return path


# ---- exit codes ------------------------------------------------------------------------------------------------------


def test_a_right_answer_exits_0_with_the_verdict_last(mine: Path) -> None:
    write(mine, RIGHT)
    done = grade("ex01", cwd=mine)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("ex01  PASS  100 of 100 points")


def test_a_wrong_answer_exits_1_and_names_its_line_and_the_next_command(mine: Path) -> None:
    write(mine, TOO_SOON)
    done = grade("ex01", cwd=mine)

    assert (done.returncode, done.stderr) == (1, "")
    for said in ("It does not take that many seconds.", "ex01_double/double.py:5", "grade hint ex01"):
        assert said in done.stdout
    assert done.stdout.splitlines()[-1].startswith("ex01  FAIL  60 of 100 points")


def test_a_file_that_cannot_be_judged_exits_3_and_nothing_of_it_runs(mine: Path) -> None:
    ran = mine / "ran"
    write(mine, f"open({str(ran)!r}, 'w')\n" + RIGHT.replace("{name}", "duoble"))
    done = inside("ex01", cwd=mine)

    assert (done.returncode, done.stderr) == (3, "")
    assert "rename `duoble` to `double`" in done.stdout
    assert done.stdout.splitlines()[-1] == "ex01  CANNOT BE JUDGED"
    assert not ran.exists()


def test_a_missing_file_exits_3_and_names_the_nearest(mine: Path) -> None:
    path = write(mine, RIGHT)
    path.rename(path.with_name("duoble.py"))
    done = inside("ex01", cwd=mine)

    assert done.returncode == 3
    assert "there is no file `double.py`" in done.stdout
    assert "rename `duoble.py` to `double.py`" in done.stdout


def test_a_stub_exits_3_and_points_to_the_lesson(mine: Path) -> None:
    done = inside("ex01", cwd=mine)

    assert done.returncode == 3
    assert "write the body of `double`" in done.stdout
    assert "ex01_double/README.md" in done.stdout


@pytest.mark.parametrize("how", [PLAYER, SET_UP])
def test_a_fault_of_the_box_exits_70_and_costs_nothing(mine: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    break_boxes(monkeypatch, how)
    write(mine, RIGHT)
    done = inside("ex01", *QUICK, cwd=mine)

    assert done.returncode == 70
    assert "this costs no points" in done.stdout
    assert "grade doctor" in done.stdout


@pytest.mark.parametrize("text", [RIGHT, WRONG_VALUE], ids=["right", "wrong"])
def test_a_bug_in_the_kit_exits_4_with_its_file_and_line_and_costs_nothing(
    mine: Path, tmp_path: Path, text: str
) -> None:
    own = make_kit(tmp_path / "kit")
    change(own / "exercises/ex01_double/test_hidden.py", "n=3).result", "n=3).returned")
    path = write(mine, text)
    done = inside("ex01", "--kit", str(own), "--file", str(path), *QUICK, cwd=tmp_path)
    document = json.loads(inside("ex01", "--kit", str(own), "--file", str(path), *QUICK, "--json", cwd=tmp_path).stdout)

    assert (done.returncode, done.stderr) == (4, "")
    assert "the kit is at fault: exercises/ex01_double/test_hidden.py:7:" in done.stdout
    for said in ("this costs no points", "grade kit check"):
        assert said in done.stdout
    assert done.stdout.splitlines()[-1] == "ex01  NOT JUDGED"
    (verdict,) = document["verdicts"]
    assert (verdict["status"], verdict["own_fault"]) == ("not-judged", False)
    assert "test_hidden.py:7: AttributeError" in verdict["tests"][0]["results"][0]["reason"]


def test_a_value_of_another_kind_than_promised_is_named_at_its_def(mine: Path, tmp_path: Path) -> None:
    own = make_kit(tmp_path / "kit")
    change(own / "exercises/ex01_double/double.py", "(n):", "(n) -> int:")
    path = write(mine, "import anyio\n\n\nasync def double(n):\n    await anyio.sleep(n)\n")
    done = inside("ex01", "--kit", str(own), "--file", str(path), *QUICK, cwd=tmp_path)

    assert done.returncode == 1
    for said in ("error: `double` returned None; an int was expected", "  4 ", "add `return ...`"):
        assert said in done.stdout


def test_an_unexpected_exception_exits_70_and_asks_for_a_report(tmp_path: Path) -> None:
    code = "import grader.desk.glance as g; g.show = None; from grader.cli.main import entry; entry()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr.startswith("| Traceback")
    assert "\n| TypeError: " in done.stderr
    assert done.stderr.splitlines()[-2:] == [
        "error: a fault of the grader itself: TypeError",
        "help: Report it with the lines above and what `grade doctor` prints.",
    ]


NOT_JUDGED = samples.verdict(samples.case(1, "one", 100, samples.not_judged("trio", "no")))
FAULT_OF_OURS = replace(NOT_JUDGED, own_fault=True)


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([samples.perfect()], 0),
        ([samples.perfect(), samples.unjudgeable()], 3),
        ([samples.unjudgeable(), samples.mixed(), samples.perfect()], 1),
        ([samples.mixed(), NOT_JUDGED, samples.unjudgeable()], 4),
        ([NOT_JUDGED, FAULT_OF_OURS, samples.mixed()], 70),
        ([], 0),
    ],
)
def test_of_several_verdicts_the_worst_for_us_decides_then_the_worst_for_the_learner(
    verdicts: Sequence[Verdict], code: int
) -> None:
    assert exit_codes.of_run(verdicts) == code


# ---- Ctrl-C and pipes ------------------------------------------------------------------------------------------------


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ctrl_c_exits_130_and_leaves_no_process(mine: Path, tmp_path: Path) -> None:
    own = make_kit(tmp_path / "kit")
    change(own / "exercises/ex01_double/exercise.toml", '"anyio",', '"anyio", "os",')
    path = write(mine, "import os\n" + RIGHT.replace("return 2 * n", "os.read(os.pipe()[0], 1)"))
    process = start("ex01", "--kit", str(own), "--file", str(path), cwd=tmp_path)
    while len(family := below(process.pid)) < 2:  # the zygote, and its child with the learner's code
        assert process.poll() is None
        os.sched_yield()

    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=100)

    assert (process.returncode, errors.decode().strip()) == (130, "interrupted")
    assert [number for number in family if is_running(number)] == []


@pytest.mark.skipif(sys.platform != "linux", reason="makes a controlling terminal")
@pytest.mark.parametrize("options", [[], ["--plain"]])
def test_ctrl_c_on_a_terminal_leaves_one_that_works(mine: Path, options: list[str]) -> None:
    write(mine, RIGHT.replace("sleep(n)", "sleep(n); sum(range(10**9))"))
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    become = "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0)"
    command = [sys.executable, "-m", "grader", "ex01", *options]
    process = subprocess.Popen(
        [sys.executable, "-c", f"{become}; os.execv(sys.argv[1], sys.argv[1:])", *command],
        cwd=mine, env=environment(), stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    while len(below(process.pid)) < 2:  # the zygote, and its child with the learner's code
        assert process.poll() is None
        os.sched_yield()
    os.write(ours, b"\x03")
    code = process.wait(100)
    shown = os.read(ours, 65536)

    assert (code, termios.tcgetattr(theirs)) == (130, before)
    assert b"interrupted" in shown
    # Nothing was changed that would have to be changed back: no other screen, no hidden cursor.
    assert re.findall(rb"\x1b\[\?\d+[hl]", shown) == []
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize(("text", "code"), [(RIGHT, 0), (TOO_SOON, 1)])
def test_a_reader_that_goes_changes_neither_the_exit_code_nor_the_attempt(mine: Path, text: str, code: int) -> None:
    write(mine, text)
    process = start("ex01", cwd=mine)
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    errors = process.stderr.read()
    process.stderr.close()

    assert (process.wait(100), errors) == (code, b"")
    assert (mine / ".gradekit" / "attempts" / "ex01.jsonl").exists()


@pytest.mark.parametrize("args", [["list"], ["explain", "serial"], ["--help"], ["list", "--json"]])
def test_a_reader_that_goes_is_no_error(tmp_path: Path, args: list[str]) -> None:
    read, written = os.pipe()
    os.close(read)
    process = start(*args, cwd=tmp_path, stdout=written)
    os.close(written)
    _, errors = process.communicate(timeout=100)

    assert (process.returncode, errors) == (0, b"")


def test_a_closed_standard_output_is_no_error(mine: Path) -> None:
    done = subprocess.run(
        [f"exec {sys.executable} -m grader list >&-"],
        shell=True,
        cwd=mine,
        env=environment(),
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error_of_the_machine_and_the_attempt_is_stored(mine: Path) -> None:
    write(mine, RIGHT)
    with open("/dev/full", "wb") as full:
        process = start("ex01", cwd=mine, stdout=full.fileno())
    _, errors = process.communicate(timeout=100)

    assert (process.returncode, errors.decode().splitlines()[0]) == (
        4,
        "error: the output cannot be written: No space left on device",
    )
    assert (mine / ".gradekit" / "attempts" / "ex01.jsonl").exists()


# ---- JSON, and options on either side --------------------------------------------------------------------------------


def untimed(text: str) -> object:
    """A document without what differs from run to run."""
    document = json.loads(text)
    for verdict in document["verdicts"]:
        del verdict["real_seconds"], verdict["judged_at"]
    return document


def test_options_stand_on_either_side_and_an_exercise_is_a_command(mine: Path) -> None:
    write(mine, WRONG_VALUE)
    elsewhere = mine.parent
    spellings = [
        ["--json", "-C", "mine", "ex01", *QUICK],
        ["ex01", *QUICK, "--json", "-C", "mine"],
        ["-C", "mine", "run", *QUICK, "ex01", "--json"],
    ]
    runs = [inside(*args, cwd=elsewhere) for args in spellings]

    assert {run.returncode for run in runs} == {1}
    first, second, third = (untimed(run.stdout) for run in runs)
    assert first == second == third


def test_json_is_one_ascii_document_and_the_exit_code_stays(mine: Path) -> None:
    write(mine, RIGHT.replace("return 2 * n", "print('caf\\xe9 \\U0001f600'); return n"))
    done = inside("--json", "ex01", cwd=mine)
    document = json.loads(done.stdout)

    assert (done.returncode, done.stderr, done.stdout.isascii()) == (1, "", True)
    (verdict,) = document["verdicts"]
    assert (verdict["status"], verdict["points"], verdict["exercise"]) == ("fail", 40, "ex01")
    assert verdict["tests"][0]["results"][0]["failure"]["output"] == "café \U0001f600\n"


def test_an_error_leaves_standard_output_empty(mine: Path) -> None:
    done = grade("--json", "run", "ex99", cwd=mine)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: there is no exercise 'ex99'\nhelp: ")


def test_the_parts_of_a_run_reach_the_engine(mine: Path) -> None:
    write(mine, RIGHT)
    done = inside("run", "ex01", "--test", "2", "--backend", "asyncio", "--seed", "5", "--json", cwd=mine)
    (verdict,) = json.loads(done.stdout)["verdicts"]
    (test,) = verdict["tests"]
    (result,) = test["results"]

    assert (test["number"], result["backend"], result["schedules"]) == (2, "asyncio", 1)
    assert verdict["complete_run"] is False


def test_several_exercises_are_a_table_and_the_exit_code_is_the_worst(mine: Path) -> None:
    write(mine, WRONG_VALUE)
    done = inside("ex02", "ex01", "ex02", *QUICK, cwd=mine)
    every = inside("run", "--all", "-q", *QUICK, cwd=mine)

    assert (done.returncode, every.returncode) == (1, 1)
    assert [line[:4] for line in done.stdout.splitlines()[:2]] == ["ex02", "ex01"]
    assert [line[:4] for line in every.stdout.splitlines()] == ["ex01", "ex02"]


def test_a_kit_in_another_folder_works_without_a_workspace(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "try.py").write_text(answer(RIGHT))
    done = inside("ex01", "--file", "try.py", "--kit", str(tiny), cwd=tmp_path)

    assert done.returncode == 0
    assert "100 of 100 points" in done.stdout


def test_paths_are_taken_from_the_folder_that_c_names(mine: Path, tiny: Path) -> None:
    (mine / "try.py").write_text(answer(RIGHT))
    kit = os.path.relpath(tiny, mine)
    done = inside("-C", "mine", "--kit", kit, "ex01", "--file", "try.py", *QUICK, cwd=mine.parent)

    assert done.returncode == 0


def test_without_an_exercise_it_is_the_one_we_are_in(mine: Path) -> None:
    write(mine, RIGHT, "wait")
    done = inside("run", "-q", *QUICK, cwd=mine / "ex02_wait")

    assert done.returncode == 0
    assert done.stdout.startswith("ex02  PASS")


def test_verbose_shows_every_diagnosis_where_one_is_usual(mine: Path) -> None:
    write(mine, RIGHT.replace("sleep(n)", "sleep(1)").replace("2 * n", "n"))
    usual, verbose = (inside("ex01", *extra, *QUICK, cwd=mine).stdout for extra in ((), ("-v",)))

    assert (usual.count("error: "), verbose.count("error: ")) == (1, 2)


# ---- what the learner sees -------------------------------------------------------------------------------------------


def test_other_files_in_the_folder_are_named_as_ignored(mine: Path) -> None:
    (write(mine, RIGHT).parent / "helper.py").write_text("")
    done = inside("ex01", *QUICK, cwd=mine)

    assert "note: only ex01_double/double.py is judged, not helper.py\n\n" in done.stdout


@pytest.mark.parametrize(
    ("line", "said"),
    [("breakpoint()", "breakpoint() waits for a debugger"), ("input('?')", "input() waits for a keyboard")],
)
def test_what_waits_for_a_person_says_so(mine: Path, line: str, said: str) -> None:
    write(mine, RIGHT.replace("return 2 * n", f"{line}; return 2 * n"))
    done = inside("ex01", "--test", "1", *QUICK, cwd=mine)

    assert done.returncode == 1
    assert said in done.stdout
    assert "ex01_double/double.py:6" in done.stdout


def on_a_terminal(*args: str, cwd: Path, **env: str) -> bytes:
    ours, theirs = pty.openpty()
    process = start(*args, cwd=cwd, env=environment(**env), stdout=theirs)
    os.close(theirs)
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        try:
            while piece := terminal.read(4096):
                shown += piece
        except OSError:  # how Linux says that the other side has closed
            pass
    process.communicate(timeout=100)
    return shown


def test_colours_are_for_terminals_and_for_those_who_want_them(mine: Path) -> None:
    assert b"\x1b[" in on_a_terminal("list", cwd=mine)
    assert b"\x1b[" not in on_a_terminal("list", cwd=mine, NO_COLOR="1")
    assert b"\x1b[" not in on_a_terminal("list", "--plain", cwd=mine)
    assert "\x1b[" not in grade("list", cwd=mine).stdout
    assert "\x1b[" in grade("list", "--color", "always", cwd=mine).stdout


@pytest.fixture
def accented(tmp_path: Path) -> Path:
    """A workspace of a kit whose texts are not ASCII, with one failed attempt and one that passed."""
    kit = make_kit(tmp_path / "accents")
    change(kit / "exercises" / "kit.toml", "value hint 1", "caf\u00e9 \u2192")
    change(kit / "solutions/ex02_wait/wait.py", "import anyio", "# caf\u00e9\nimport anyio")
    create_workspace(tmp_path / "mine", load_kit(kit))
    mine = tmp_path / "mine"
    write(mine, RIGHT.replace("2 * n", "n  # \u00e9"))
    write(mine, RIGHT, "wait")
    assert inside("run", "--all", cwd=mine).returncode == 1
    return mine


def test_what_does_not_speak_utf8_gets_pure_ascii(accented: Path) -> None:
    for args in (["ex01", *QUICK], ["hint", "ex01"], ["solution", "ex02"], []):
        env = environment(PYTHONIOENCODING="latin-1")
        process = start(*args, cwd=accented, env=env)
        out, errors = process.communicate(timeout=100)
        assert out.isascii(), args
        assert (out != b"", errors) == (True, b"")


def test_ascii_can_be_asked_for(accented: Path) -> None:
    plain, usual = (inside("hint", "ex01", *extra, cwd=accented).stdout for extra in (["--ascii"], ["--now"]))

    assert "caf\\xe9 \\u2192" in plain
    assert plain.isascii()
    assert usual.startswith("ex01, test 1 (wrong-value), hint 2")
    assert "\u00e9" in inside("solution", "ex02", cwd=accented).stdout


def test_a_hostile_name_does_not_act_on_the_terminal(mine: Path) -> None:
    done = grade("ex01", "--file", "\x1b[31mred\x1b[0m.py", cwd=mine)
    wrong = grade("list", "--kit", "\x1b[31mred", cwd=mine)

    assert (done.returncode, wrong.returncode) == (3, 4)
    assert "\x1b" not in done.stdout + done.stderr + wrong.stderr


COMMAND = "\n::error::Full marks\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["list", "--kit", f"kit{COMMAND}"], 4),
        (["init", f"file{COMMAND}/mine"], 4),
        (["ex01", f"--frob{COMMAND}"], 2),
        ([f"lost{COMMAND}"], 2),
    ],
)
def test_a_hostile_name_begins_no_line_in_a_log_that_may_take_it_for_a_command(
    mine: Path, arguments: list[str], code: int
) -> None:
    (mine / f"file{COMMAND}").write_text("")
    done = inside(*arguments, cwd=mine)

    assert (done.returncode, done.stdout) == (code, "")
    assert [line.partition(" ")[0] for line in done.stderr.splitlines()] == ["error:", "help:"]
    assert "\\n::error::Full marks\\n" in done.stderr


def test_what_is_wrong_and_what_to_do_about_it_take_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    complain(f"{COMMAND}: cannot be read\x1b[2J", f"Delete {COMMAND}.")

    assert capsys.readouterr().err == (
        "error: \\n::error::Full marks\\n: cannot be read\\u001b[2J\nhelp: Delete \\n::error::Full marks\\n.\n"
    )


def test_a_fault_of_ours_quotes_no_line_that_acts(tmp_path: Path) -> None:
    code = (
        "import grader.desk.glance as g\n"
        "def show(*a): raise ValueError('\\n::error::Full marks\\n\\x1b[2J')\n"
        "g.show = show\n"
        "from grader.cli.main import entry; entry()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )

    assert done.returncode == 70
    assert "| ::error::Full marks" in done.stderr.splitlines()
    assert "\x1b" not in done.stderr


# ---- trouble with folders --------------------------------------------------------------------------------------------


def test_a_verdict_that_cannot_be_stored_is_shown_all_the_same(mine: Path) -> None:
    write(mine, RIGHT)
    (mine / ".gradekit" / "attempts").write_text("in the way")
    done = inside("ex01", cwd=mine)

    assert done.returncode == 4
    assert "ex01  PASS  100 of 100 points" in done.stdout
    assert done.stderr.startswith("error: ")
    assert ".gradekit" in done.stderr


def test_a_damaged_attempt_is_named_by_file_and_line(mine: Path) -> None:
    (mine / ".gradekit" / "attempts").mkdir(parents=True)
    (mine / ".gradekit" / "attempts" / "ex01.jsonl").write_text("{}\n")
    done = inside(cwd=mine)

    assert (done.returncode, done.stdout) == (4, "")
    assert "attempts/ex01.jsonl:1: this attempt cannot be read" in done.stderr
    assert "help: Delete that line" in done.stderr


def test_init_says_what_it_made_and_what_comes_next_and_keeps_it_the_second_time(tiny: Path, tmp_path: Path) -> None:
    first, again = (inside("init", "my work", "--kit", str(tiny), cwd=tmp_path) for _ in range(2))

    assert (first.returncode, again.returncode) == (0, 0)
    assert "  new      ex01_double/double.py\n" in first.stdout
    assert first.stdout.endswith("Ready. Next: cd 'my work', read ex01_double/README.md, and run `grade ex01`.\n")
    assert again.stdout.startswith("  kept     2 of your files as they are\n")


def test_init_where_nothing_can_be_made_exits_4(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = inside("init", "file/mine", "--kit", str(tiny), cwd=tmp_path)

    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == (
        f"error: file/mine: {os.strerror(errno.ENOTDIR)}\nhelp: Choose a folder that you may write to.\n"
    )


# ---- what is refused, and with which hint ----------------------------------------------------------------------------


def refused(args: Sequence[str]) -> GraderError:
    """The error with which a command line is refused; needs no process."""
    result = CliRunner().invoke(main, list(args), standalone_mode=False)
    assert isinstance(result.exception, GraderError), result
    assert result.output == ""
    return result.exception


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("lst", "list"), ("LIST", "list"), ("help", "--help"), ("check", "run --all"), ("hnit ex01", "hint ex01"),
        ("exp serial", "explain serial"), ("duoble", "double"), ("diff ex01", "reset --diff ex01"),
    ],
)  # fmt: skip
def test_a_word_that_is_no_command_comes_with_what_was_meant(tiny: Path, words: str, meant: str) -> None:
    error = refused(["--kit", str(tiny), *words.split()])

    assert (str(error), error.exit_code) == (f"there is no command {words.split()[0]!r}", 2)
    assert error.hint == f"Did you mean `grade {meant}`?"


def test_the_command_after_the_exercise_is_put_before_it() -> None:
    assert refused(["ex01", "hint", "--plain"]).hint == "Type `grade hint ex01 --plain`."


@pytest.mark.parametrize("words", ["ex1", "1", "ex 1", "double", "Double", "ex01_double/double.py", "EX01 -v"])
def test_an_exercise_is_understood_as_people_write_it(mine: Path, words: str) -> None:
    done = inside(*words.split(), cwd=mine)

    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.splitlines()[-1].startswith("ex01  ")


def test_an_exercise_of_a_kit_that_is_named_behind_it_is_understood(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(answer(RIGHT))
    done = inside("double", "--file", "mine.py", *QUICK, "--kit", str(tiny), cwd=tmp_path)

    assert done.returncode == 0


def test_a_word_like_nothing_comes_with_the_way_to_the_lists() -> None:
    assert suggestion("qqq", main.commands) is None
    assert refused(["qqq"]).hint == "See `grade --help`; `grade list` shows the exercises."


def test_no_command_is_called_like_an_exercise() -> None:
    assert [name for name in main.commands if EXERCISE.fullmatch(name)] == []


@pytest.mark.parametrize("command", [["hint", "ex01"], ["explain"], ["solution", "ex01"], ["init"], ["report"]])
def test_a_command_that_has_no_json_says_so(command: list[str]) -> None:
    for args in (["--json", *command], [*command, "--json"]):
        assert (refused(args).exit_code, str(refused(args))) == (2, "this command has no JSON form")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--all"], "error: --all stands after the command\nhelp: Write `grade run --all`.\n"),
        (["kit"], "error: `grade kit` needs a command\nhelp: See `grade kit --help`.\n"),
    ],
)
def test_a_misplaced_option_or_a_missing_command_exits_2_in_our_words(
    tmp_path: Path, args: list[str], said: str
) -> None:
    done = inside(*args, cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


@pytest.mark.parametrize(
    ("args", "named", "command"),
    [
        (["ex01", "--frob"], ("--frob",), "grade run"),
        (["-C", "nowhere", "list"], ("-C", "nowhere"), "grade"),
        (["ex01", "--backend", "curio"], ("--backend", "curio", "asyncio", "trio"), "grade run"),
    ],
)
def test_a_wrong_option_exits_2_with_one_sentence_that_names_it_and_the_way_to_help(
    tmp_path: Path, args: list[str], named: tuple[str, ...], command: str
) -> None:
    # The rest of the sentence is click's, and another release may word it in another way.
    done = inside(*args, cwd=tmp_path)
    error, hint = done.stderr.splitlines()

    assert (done.returncode, done.stdout) == (2, "")
    assert error.startswith("error: ")
    assert error[len("error: ")].islower()
    assert [name for name in named if name not in error] == []
    assert hint == f"help: See `{command} --help`."


Defect = Callable[[Path], object]
DEFECTS: dict[str, tuple[Defect, str]] = {
    "no kit.toml": (lambda e: (e / "kit.toml").unlink(), "this is not a kit"),
    "kit.toml is no TOML": (lambda e: change(e / "kit.toml", "format = 1", "format = "), r"kit\.toml"),
    "unknown key": (lambda e: change(e / "kit.toml", "title =", "titel ="), r"kit\.toml:2: unknown key 'titel'"),
    "another format": (
        lambda e: change(e / "kit.toml", "format = 1", "format = 2"), r"kit\.toml:1: 'format' must be 1"
    ),
    "an exercise that is not there": (
        lambda e: (e / "ex02_wait").rename(e / "away"), r"kit\.toml:4: 'exercises' names 'ex02_wait'"
    ),
    "no stub": (lambda e: (e / "ex01_double/double.py").unlink(), r"double\.py:1: this file is missing"),
    "no lesson": (lambda e: (e / "ex01_double/README.md").unlink(), r"README\.md:1: this file is missing"),
    "no hidden tests": (lambda e: (e / "ex01_double/test_hidden.py").unlink(), r"test_hidden\.py"),
    "wrong points": (
        lambda e: change(e / "ex01_double/test_hidden.py", "points=60", "points=61"), r"test_hidden\.py.*101"
    ),
    "unknown diagnosis": (
        lambda e: change(e / "ex01_double/test_hidden.py", '-value", feedback="The', '-x", feedback="The'),
        r"test_hidden\.py:\d+.*'wrong-x'",
    ),
    "wrong id": (
        lambda e: change(e / "ex01_double/exercise.toml", '"ex01"', '"ex07"'), r"exercise\.toml:1: 'id' must be"
    ),
    "wrong type": (
        lambda e: change(e / "ex01_double/exercise.toml", "level = 1", "level = true"),
        r"exercise\.toml:6: 'level' must be a whole number",
    ),
    "no hints": (
        lambda e: change(e / "ex01_double/exercise.toml", "general =", "wrong-value ="),
        r"exercise\.toml:13: 'hints.general' is missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("defect", "said"), DEFECTS.values(), ids=DEFECTS.keys())
def test_a_broken_kit_is_refused_with_the_file_and_what_to_do(tmp_path: Path, defect: Defect, said: str) -> None:
    own = make_kit(tmp_path / "kit")
    defect(own / "exercises")

    error = refused(["--kit", str(own), "explain", "deadlock"])

    assert error.exit_code == 4
    with pytest.raises(GraderError, match=said):
        raise error
    assert error.hint[0].isupper()
    assert error.hint.endswith((".", "`", "?"))


def test_a_broken_kit_exits_4_with_error_and_help(tmp_path: Path) -> None:
    own = make_kit(tmp_path / "kit")
    (own / "exercises" / "kit.toml").write_text("format = \n")
    done = grade("list", "--kit", "kit", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("error: kit/exercises/kit.toml")
    assert "\nhelp: " in done.stderr


# ---- the other commands ----------------------------------------------------------------------------------------------


def test_kit_check_exits_0_for_a_proved_kit_and_1_otherwise(tmp_path: Path) -> None:
    own = make_kit(tmp_path / "kit")
    change(own / "exercises" / "kit.toml", '"ex01_double", "ex02_wait"', '"ex01_double"')
    for folder in ("exercises", "solutions"):
        shutil.rmtree(own / folder / "ex02_wait")
    proved = inside("kit", "check", "kit", "--schedules", "1", cwd=tmp_path)
    (own / "solutions/ex01_double/wrong/soon.py").unlink()
    broken = inside("kit", "check", "kit", "--schedules", "1", "-q", cwd=tmp_path)

    assert (proved.returncode, broken.returncode) == (0, 1)
    assert proved.stdout.endswith("Tiny 0.1: 8 files and exercises checked, 0 problems\n")
    assert "test_hidden.py:11: no wrong answer fails `test_time`\n" in broken.stdout
    assert "ok  " not in broken.stdout


def test_the_doctor_finds_this_computer_fit(tmp_path: Path) -> None:
    done = inside("doctor", cwd=tmp_path)

    assert done.returncode == 0
    assert "box trio     a day of virtual time passes at once" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


LIBRARIES_WITHOUT = {
    "a name of anyio": (
        "import anyio._backends._asyncio as a; del a.AsyncIOBackend.run_sync_in_worker_thread",
        "missing: anyio asyncio run_sync_in_worker_thread. Install an older anyio with `pip install 'anyio<",
    ),
    "a name of trio": (
        "import trio._core; del trio._core.wait_all_tasks_blocked",
        "missing: trio _core.wait_all_tasks_blocked. Install an older trio with `pip install 'trio<",
    ),
    "a class with many of them": (
        "import trio._core._run as r; del r.Runner",
        "Install an older trio with `pip install 'trio<",
    ),
    "a module": (
        "import sys, trio._core; sys.modules['trio._core._entry_queue'] = None; del trio._core._entry_queue",
        "missing: trio._core._entry_queue: ",
    ),
    "a name of Python": (
        "import asyncio; del asyncio.tasks._PyTask",
        "missing: asyncio.tasks._PyTask. Run grade with",
    ),
}


@pytest.mark.parametrize(("without", "said"), LIBRARIES_WITHOUT.values(), ids=LIBRARIES_WITHOUT.keys())
def test_the_doctor_names_what_the_libraries_in_a_box_lack_and_exits_4(tmp_path: Path, without: str, said: str) -> None:
    python = python_where(tmp_path / "environment", without)
    done = subprocess.run(
        [python, "-m", "grader", "doctor"], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    names = [line for line in found_by_doctor(done.stdout) if line.startswith("box names ")]

    assert (done.returncode, done.stderr) == (4, "")
    assert [line.count(said) for line in names] == [1]


def python_where(place: Path, statements: str) -> Path:
    """A virtual environment with the packages of this one, where every interpreter begins with these statements."""
    venv.create(place, symlinks=True)
    (packages,) = place.glob("lib/python*/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"))
    # Not sitecustomize: Debian's Python has one of its own, which would come first.
    (packages / "statements.py").write_text(statements)
    (packages / "statements.pth").write_text("import statements")
    return place / "bin" / "python"


def found_by_doctor(printed: str) -> list[str]:
    """The findings, one line each as before they were wrapped."""
    return printed.replace("\n" + " " * 13, " ").splitlines()


def test_the_doctor_says_that_no_private_name_is_missing(tmp_path: Path) -> None:
    found = found_by_doctor(inside("doctor", cwd=tmp_path).stdout)

    assert "box names    every private name of asyncio, trio and anyio that plays need is there" in found


def test_reset_and_report_say_where(mine: Path) -> None:
    write(mine, RIGHT)
    inside("ex01", "-q", cwd=mine)
    report, reset = inside("report", cwd=mine), inside("reset", "ex01", cwd=mine)
    every = inside("report", "--steps", "--out", "every.html", cwd=mine)

    course = "Written: grade-course/index.html, the lessons and how far you are."
    last = "Open them in a browser, or add --open."
    for said, name in ((report, "grade-report.html"), (every, "every.html")):
        assert said.stdout.splitlines() == [course, f"Written: {name}, your last attempts.", last]
    assert reset.stdout.splitlines() == [
        "Your file is kept as .gradekit/backups/ex01_double/double.1.py. To undo this, type",
        "      cp .gradekit/backups/ex01_double/double.1.py ex01_double/double.py",
        "ex01_double/double.py is the stub again. Next: write it, and run `grade ex01`.",
    ]
    assert (mine / "ex01_double" / "double.py").read_text() == answer(STUB)


def test_the_command_that_undoes_a_reset_undoes_it_in_any_folder(tiny: Path, tmp_path: Path) -> None:
    root = tmp_path / "it's (mine) $HOME"
    create_workspace(root, load_kit(tiny))
    written = write(root, RIGHT)
    said = inside("reset", "double", cwd=root / "ex02_wait").stdout.splitlines()
    assert written.read_text() == answer(STUB)

    subprocess.run(said[1].strip(), shell=True, cwd=root / "ex02_wait", check=True)

    assert written.read_text() == answer(RIGHT)


def test_a_reset_that_is_only_shown_changes_nothing(mine: Path) -> None:
    written = write(mine, RIGHT)
    done = inside("reset", "ex01", "--diff", "--only", "double", cwd=mine)

    assert done.returncode == 0
    for line in ("-    return 2 * n\n", '+    raise NotImplementedError("your turn")\n'):
        assert line in done.stdout
    assert done.stdout.endswith("Nothing has been changed; `grade reset ex01 --only double` does it.\n")
    assert written.read_text() == answer(RIGHT)
    assert not (mine / ".gradekit" / "backups").exists()


def test_a_report_before_the_first_attempt_is_the_course_alone(mine: Path) -> None:
    done = inside("report", cwd=mine)

    assert (done.returncode, done.stderr) == (0, "")
    assert "grade-report" not in done.stdout
    assert (mine / "grade-course" / "index.html").is_file()


def test_the_version_is_the_packages(tmp_path: Path) -> None:
    from grader import __version__

    assert inside("--version", cwd=tmp_path).stdout == f"grade {__version__}\n"


# ---- quick to start --------------------------------------------------------------------------------------------------

HEAVY = {"rich", "pytest", "anyio", "trio", "asyncio", "jinja2", "sqlite3"}


def imported(*args: str, cwd: Path) -> set[str]:
    """Which heavy packages a command imports."""
    code = (
        "import sys; from grader.cli.main import entry\n"
        "try: entry()\n"
        f"except SystemExit: print(*({HEAVY!r} & set(sys.modules)), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", code, *args]
    return set(
        subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, text=True, check=True).stderr.split()
    )


def test_what_a_command_does_not_need_it_does_not_import(mine: Path) -> None:
    assert imported("--help", cwd=mine) == set()
    assert imported("explain", "deadlock", cwd=mine) == {"rich"}
    assert imported(cwd=mine) == {"rich"}
