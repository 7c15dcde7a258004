"""``grade watch`` on a terminal of its own, driven by keys and saves; and what the terminal then shows."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.processes import environment

SECONDS = 60
_HOME, _END = "\x1b[H", "\x1b[J"
_STYLE = re.compile(r"\x1b\[[\d;]*m|\x1b\[K")
# The terminal becomes the controlling one, as a shell arranges it, so that Ctrl-C and Ctrl-Z work.
_START = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"


class Watched:
    """The process, and its terminal."""

    def __init__(self, ours: int, theirs: int, process: subprocess.Popen[bytes]) -> None:
        self._ours = ours
        self._theirs = theirs
        self.process = process
        self.raw = ""
        self._rest = b""

    def press(self, keys: str) -> None:
        """Press keys, which may be Ctrl-C as well."""
        os.write(self._ours, keys.encode())

    @property
    def screen(self) -> str:
        """What was drawn last, whole, without colours."""
        drawn = self.raw.rpartition(_END)[0].rpartition(_HOME)[2]
        lines = _STYLE.sub("", drawn).replace("\r", "").split("\n")
        return "\n".join(line.rstrip() for line in lines)

    @property
    def printed(self) -> str:
        """All that was printed, without colours."""
        return _STYLE.sub("", self.raw).replace("\r", "")

    def wait(self, *texts: str, without: str = "\0") -> str:
        """Wait until the screen shows all of these texts, and not the other one; returns it."""
        return self.wait_for(lambda screen: all(text in screen for text in texts) and without not in screen)

    def wait_for(self, condition: Callable[[str], bool]) -> str:
        """Wait until the screen is like this; returns it."""
        deadline = time.monotonic() + SECONDS
        while not condition(self.screen):
            assert self._read(deadline), f"not on:\n{self.screen}\nof\n{self.printed}"
        return self.screen

    def wait_printed(self, text: str, times: int = 1) -> None:
        """Wait until a text has been printed so often."""
        deadline = time.monotonic() + SECONDS
        while self.printed.count(text) < times:
            assert self._read(deadline), f"no {text!r} in:\n{self.printed}"

    def leave(self) -> int:
        """Wait for the end of the process; returns its exit code."""
        deadline = time.monotonic() + SECONDS
        while self.process.poll() is None:
            self._read(min(deadline, time.monotonic() + 0.05))
            assert time.monotonic() < deadline
        return self.process.returncode

    def modes(self) -> list[object]:
        """The modes of the terminal."""
        return termios.tcgetattr(self._theirs)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the kernel tells the process."""
        set_size(self._theirs, columns, rows)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._ours], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            return False
        piece = self._rest + os.read(self._ours, 65536)
        text = piece.decode(errors="ignore")
        self._rest = piece[len(text.encode()) :]  # the first bytes of a character
        self.raw += text
        return True


def set_size(terminal: int, columns: int, rows: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


@contextmanager
def watched(*args: str, cwd: Path, columns: int = 80, rows: int = 24, **env: str) -> Iterator[Watched]:
    """Start ``grade watch`` on a terminal."""
    ours, theirs = pty.openpty()
    set_size(theirs, columns, rows)
    command = [sys.executable, "-c", _START, sys.executable, "-m", "grader", "watch", *args]
    process = subprocess.Popen(
        command, cwd=cwd, env=environment(**env), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    try:
        yield Watched(ours, theirs, process)
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
