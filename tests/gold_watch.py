"""What ``grade watch`` shows in tmux at 80x24 and 120x40: screens that a person has read, kept in ``tests/gold_watch``.

    python -m tests.gold_watch

drives a session with saves and keys and writes them anew; ``git diff tests/gold_watch`` is then what a person has to
read. What depends on the machine is left out: how long the grading took.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.desk.workspace import create_workspace
from grader.kit.kit import builtin_root, load_kit

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT / "tests" / "gold_watch"
SIZES = ((80, 24), (120, 40))
SECONDS = 120
_TIMES = re.compile(r" +\d+\.\d s real, [\d,]+ s virtual")


class Tmux:
    """A server of its own with one window of this size, in which a command runs."""

    def __init__(self, folder: Path, columns: int, rows: int, command: str) -> None:
        self._socket = str(folder / "tmux")
        # Not the variables of this process: readline, which pytest imports, sets LINES and COLUMNS for its children.
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "HOME": str(folder),
        }
        self._rows = rows
        size = ("-x", str(columns), "-y", str(rows))
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, command)

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def wait(self, *texts: str) -> str:
        """Wait until the screen shows all of these; returns it."""
        deadline = time.monotonic() + SECONDS
        while True:
            screen = self._tmux("capture-pane", "-p")
            if all(text in screen for text in texts):
                return _TIMES.sub("", screen.rstrip("\n")) + "\n"
            if time.monotonic() > deadline:
                raise TimeoutError(f"no {texts} on:\n{screen}")
            time.sleep(0.05)

    def end(self) -> None:
        self._tmux("kill-server")

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-u", "-S", self._socket, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=self._environment).stdout


@contextmanager
def tmux(folder: Path, columns: int, rows: int, command: str) -> Iterator[Tmux]:
    window = Tmux(folder, columns, rows, command)
    try:
        yield window
    finally:
        window.end()


def screens(columns: int, rows: int) -> Iterator[tuple[str, str]]:
    """The screens of a learner's session with ex01, by name, from the stub to the next exercise."""
    kit = load_kit(builtin_root())
    answers = ROOT / "solutions" / "ex01_join"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        create_workspace(folder / "course", kit)
        file = folder / "course" / "ex01_join" / "join.py"
        grade = f"cd {shlex.quote(str(folder / 'course'))} && {shlex.quote(sys.executable)} -m grader"
        with tmux(folder, columns, rows, f"{grade} watch; exec cat") as window:
            yield "1_stub", window.wait("ex01  ", "q quit")
            file.write_text((answers / "wrong" / "sequential.py").read_text())
            yield "2_sequential", window.wait("FAIL  ", "s real", "q quit")
            window.press("h")
            yield "3_hint", window.wait("hint 1 of", "any key")
            window.press("x")
            yield "4_reset_asked", window.wait("x once more", "q quit")
            window.press("Space")
            file.write_text("def join(*fns:\n")
            yield "5_syntax_error", window.wait("CANNOT BE JUDGED", "q quit")
            file.write_text((answers / "wrong" / "completion_order.py").read_text())
            yield "6_better", window.wait("since the last run", "s real", "q quit")
            file.write_text((answers / "join.py").read_text())
            yield "7_pass", window.wait("PASS", "n next", "s real")
            window.press("n")
            yield "8_next", window.wait("ex02  ", "q quit")
            window.press("l")
            yield "9_list", window.wait("ex12", "any key")


def main() -> None:
    """Write all screens anew."""
    GOLD.mkdir(exist_ok=True)
    for old in GOLD.glob("*.txt"):
        old.unlink()
    for size in SIZES:
        for name, screen in screens(*size):
            (GOLD / f"{size[0]}x{size[1]}_{name}.txt").write_text(screen, encoding="utf-8")


if __name__ == "__main__":
    main()
