"""``grade run`` while it plays: the line that says how far it is, on terminals alone, and Ctrl-C at any moment."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shlex
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.cells import cell_len

from grader.desk.workspace import create_workspace
from grader.kit.kit import builtin_root, load_kit
from tests.kit_samples import TOO_SOON, WRONG_VALUE, answer, change, make_kit
from tests.processes import CHECKOUT, below, environment, grade, inside, start, wait_until

WRONG = CHECKOUT / "solutions" / "ex01_join" / "wrong" / "completion_order.py"
"""It fails test 1 of the exercise, and under 2000 schedules its grading takes many seconds."""
LONG = ("ex01", "--file", str(WRONG), "--schedules", "2000")


class Terminal:
    """A process on a terminal, and what it has written there."""

    def __init__(self, ours: int, process: subprocess.Popen[bytes]) -> None:
        self._ours = ours
        self.process = process
        self.raw = b""

    def read_until(self, text: str) -> None:
        """Read until this has been written."""
        while text.encode() not in self.raw:
            assert self._read(), self.raw.decode()

    def read_all(self) -> str:
        """Read until the process has ended."""
        while self._read():
            pass
        self.process.wait(100)
        return self.raw.decode()

    def _read(self) -> bool:
        try:
            piece = os.read(self._ours, 65536)
        except OSError:  # how Linux says that the other side has closed
            return False
        self.raw += piece
        return bool(piece)

    def screen(self) -> list[str]:
        """The lines as they stand on the terminal after all, without colours: what is written over is gone."""
        lines = []
        for line in re.sub(r"\x1b\[[\d;]*m", "", self.read_all()).split("\n"):
            cells = ""
            for part in line.split("\r"):
                cells = part + cells[len(part) :]
            lines.append(cells.rstrip())
        return lines


@contextmanager
def terminal(*args: str, cwd: Path, columns: int = 80, **env: str) -> Iterator[Terminal]:
    """Start the command on a terminal of its own, which gets both of its outputs."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = start(*args, cwd=cwd, env=environment(**env), stdout=theirs, stderr=theirs)
    os.close(theirs)
    try:
        yield Terminal(ours, process)
    finally:
        os.close(ours)
        process.kill()
        process.wait()


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A workspace of the kit that comes with the grader."""
    create_workspace(tmp_path / "course", load_kit(builtin_root()))
    return tmp_path / "course"


@pytest.fixture
def mine(tmp_path: Path, tiny: Path) -> Path:
    """A workspace of the tiny kit, with an answer that fails test 2."""
    create_workspace(tmp_path / "mine", load_kit(tiny))
    (tmp_path / "mine/ex01_double/double.py").write_text(answer(TOO_SOON))
    return tmp_path / "mine"


# ---- how far it is ---------------------------------------------------------------------------------------------------


def test_a_terminal_shows_each_test_as_it_is_played_and_nothing_of_that_in_the_end(mine: Path) -> None:
    with terminal("ex01", "--color", "never", "--ascii", cwd=mine) as shown:
        screen = shown.screen()
        lines = [line.rstrip() for line in shown.raw.decode().split("\r")]

    assert "ex01  test 1 of 2 on asyncio   0 pass" in lines
    assert "ex01  test 2 of 2 on trio   1 pass  1 fail: test 2" in lines
    *_, last, first_of_screen = shown.raw.decode().partition("\r\n")[0].split("\r")
    assert last
    assert not last.strip(), "blanks go over it"
    assert first_of_screen.startswith("ex01  double")
    assert not [line for line in screen if " of 2 on " in line]


def test_a_plain_terminal_shows_no_line_that_is_rewritten(mine: Path) -> None:
    with terminal("ex01", "--plain", cwd=mine) as shown:
        shown.screen()

    assert shown.raw.decode().startswith("ex01  double")
    assert "\r" not in shown.raw.decode().replace("\r\n", "")


def test_the_first_line_comes_while_the_first_play_goes_on(tmp_path: Path) -> None:
    kit, path = make_kit(tmp_path / "kit"), tmp_path / "double.py"
    change(kit / "exercises/ex01_double/exercise.toml", '"anyio",', '"anyio", "os",')
    path.write_text("import os\n" + answer(WRONG_VALUE.replace("return n", "os.read(os.pipe()[0], 1)")))
    with terminal("ex01", "--kit", str(kit), "--file", str(path), cwd=tmp_path) as shown:
        shown.read_until("test 1 of 2")

        assert len(below(shown.process.pid)) > 1, "it is playing"
        assert "FAIL" not in shown.raw.decode()


def test_without_a_terminal_there_is_no_such_line(mine: Path) -> None:
    for options in ([], ["--color", "always"], ["--json"]):
        assert " of 2 on " not in grade("ex01", *options, cwd=mine).stdout


@pytest.mark.parametrize("options", [["--json"], ["--quiet"]])
def test_who_asks_for_less_sees_no_such_line(mine: Path, options: list[str]) -> None:
    with terminal("ex01", *options, cwd=mine) as shown:
        assert " of 2 on " not in shown.read_all()


@pytest.mark.parametrize("columns", [20, 47, 80])
def test_a_narrow_terminal_cuts_the_line_and_an_ascii_one_gets_ascii(mine: Path, columns: int) -> None:
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    with terminal("ex01", "--color", "never", cwd=mine, columns=columns, **ascii_only) as shown:
        raw = shown.read_all()
    rewritten = [part for line in raw.split("\n") for part in line.split("\r")[:-1] if part.startswith("ex01  test ")]

    assert len(rewritten) >= 4
    assert max(cell_len(line) for line in rewritten) < columns
    assert raw.isascii()


def test_a_terminal_that_cannot_go_back_shows_the_screen_alone(mine: Path) -> None:
    with terminal("ex01", cwd=mine, TERM="dumb") as shown:
        assert " of 2 on " not in shown.read_all()


# ---- Ctrl-C ----------------------------------------------------------------------------------------------------------


def is_gone(family: set[int]) -> bool:
    """Whether none of these processes is left; what process 1 has not collected yet counts as gone."""
    return not any(_is_alive(one) for one in family)


def _is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux
def test_ctrl_c_shows_what_is_known_and_leaves_nothing_behind(course: Path) -> None:
    with terminal(*LONG, cwd=course) as shown:
        shown.read_until("1 fail")
        family = below(shown.process.pid)
        shown.process.send_signal(signal.SIGINT)
        screen = shown.screen()

    text = "\n".join(screen)
    assert shown.process.returncode == 130
    assert len(family) > 1
    assert is_gone(family)
    assert re.search(r"^19 tests   .*, 1[0-9] not judged$", text, re.MULTILINE)
    assert "not judged: stopped with Ctrl-C\n            this costs no points\n" in text
    assert "FAIL 1  results come back in argument order" in text
    assert "got:      join() returned ['book', 'film', 'song']" in screen, (
        "it was played once more for what it returned"
    )
    assert "ex01  NOT JUDGED" in screen
    assert "grade doctor" not in text
    assert "Traceback" not in text
    assert not [line for line in screen if " of 19 on " in line]


def test_a_stopped_grading_is_no_attempt_and_is_reported_as_far_as_it_went(course: Path) -> None:
    (course / "ex01_join" / "join.py").write_bytes(WRONG.read_bytes())
    with terminal("ex01", "--schedules", "2000", "--report", "jsonl=out.jsonl", cwd=course) as shown:
        shown.read_until("1 fail")
        shown.process.send_signal(signal.SIGINT)
        text = "\n".join(shown.screen())

    assert shown.process.returncode == 130
    assert "grade ex01    check it again, to the end" in text
    assert not (course / ".gradekit" / "attempts").exists()
    assert "stopped with Ctrl-C" in (course / "out.jsonl").read_text()


@linux
def test_a_second_ctrl_c_leaves_at_once(course: Path) -> None:
    with terminal(*LONG, cwd=course) as shown:
        shown.read_until("1 fail")
        family = below(shown.process.pid)
        shown.process.send_signal(signal.SIGINT)
        shown.process.send_signal(signal.SIGINT)
        text = "\n".join(shown.screen())

    assert shown.process.returncode == 130
    assert "Traceback" not in text
    assert is_gone(family)


@linux
@pytest.mark.parametrize("told", [1, 2, 5, 8])
def test_ctrl_c_at_any_moment_says_no_traceback_and_leaves_no_process(course: Path, told: int) -> None:
    with terminal(*LONG, cwd=course) as shown:
        while shown.raw.count(b"\r") < 2 * told:
            assert shown._read()
        family = below(shown.process.pid)
        shown.process.send_signal(signal.SIGINT)
        text = "\n".join(shown.screen())

    assert shown.process.returncode == 130
    assert "Traceback" not in text
    assert "Exception" not in text
    wait_until(lambda: is_gone(family))


INTERRUPTED_IMPORT = """
import signal, sys

class Presses:
    def find_spec(self, name, *more):
        if name == "click":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Presses())
from grader.__main__ import main
main()
"""


def test_ctrl_c_while_the_command_is_imported_is_no_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_IMPORT], cwd=tmp_path, env=environment(), capture_output=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"interrupted\n")


def test_the_exit_code_of_ctrl_c_is_documented() -> None:
    assert re.search(r"^\| 130 \| .*Ctrl-C", (CHECKOUT / "README.md").read_text(), re.MULTILINE)


def test_a_run_that_is_not_interrupted_says_nothing_of_it(mine: Path) -> None:
    done = inside("ex01", cwd=mine)

    assert (done.returncode, done.stderr) == (1, "")


# ---- what is typed next ----------------------------------------------------------------------------------------------


def test_the_hint_that_is_proposed_for_a_file_can_be_typed_as_it_stands(tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "a folder with a long name, in which the files of one learner are" / "double.py"
    path.parent.mkdir()
    path.write_text(answer(WRONG_VALUE))
    shown = grade("ex01", "--kit", str(tiny), "--file", str(path), cwd=tmp_path).stdout
    proposed = shown[shown.index("      grade hint") : shown.index("        a hint")]

    *words, last = shlex.split(proposed.replace("\\\n", " "))[1:]
    hint = inside(*words, last, cwd=tmp_path)

    assert hint.returncode == 0
    assert hint.stdout.startswith("ex01, test 1 (wrong-value), hint 1 of 6")
    assert "--file" in words


def test_a_kit_that_was_named_is_the_one_to_check(tmp_path: Path) -> None:
    own = make_kit(tmp_path / "my kit")
    change(own / "exercises/ex01_double/test_hidden.py", "n=3).result", "n=3).returned")
    (tmp_path / "double.py").write_text(answer(WRONG_VALUE))
    done = inside("ex01", "--kit", "my kit", "--file", "double.py", cwd=tmp_path)

    assert done.returncode == 4
    assert "\n      grade kit check 'my kit'    what its author has to correct\n" in done.stdout


# ---- whose code it is ------------------------------------------------------------------------------------------------

WEAK = "from grader.sandbox import isolation\nisolation.ceiling = lambda: (1, 'this is a test')\n"


@pytest.fixture
def weak(tmp_path: Path) -> dict[str, str]:
    """An environment in which Python takes this computer for one of level 1."""
    folder = tmp_path / "customised"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WEAK)
    return environment(PYTHONPATH=os.pathsep.join((str(folder), str(CHECKOUT))))


def test_ones_own_code_runs_at_any_level(mine: Path, weak: dict[str, str]) -> None:
    assert grade("ex01", cwd=mine, env=weak).returncode == 1


def test_below_the_level_that_is_allowed_nothing_is_played(mine: Path, weak: dict[str, str]) -> None:
    refused = grade("ex01", "--allow-level", "2", cwd=mine, env=weak)

    assert (refused.returncode, refused.stdout) == (4, "")
    assert "error: this computer isolates other people's code at level 1 only" in refused.stderr
    assert grade("ex01", "--allow-level", "1", cwd=mine, env=weak).returncode == 1
