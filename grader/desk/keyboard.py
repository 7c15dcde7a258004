"""Reads keys one by one, without Enter, and gives the terminal back as it was, however that ends.

Ctrl-C and Ctrl-Z stay what they are: the terminal sends a signal, and no key is read.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

ESCAPE = "\x1b"
MOST_BYTES = 64
"""What is read at once. A key that sends several bytes, such as an arrow, sends them together."""


class Keyboard:
    """While it is entered, tells from a thread of its own which keys are pressed; an escape sequence is one key.

    ``tell`` is called in that thread with one character. ``again`` is called in the main thread when the process goes
    on after Ctrl-Z, and has to draw what the shell has written over. Enter it in the main thread.
    """

    def __init__(self, descriptor: int, tell: Callable[[str], None], again: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._tell = tell
        self._again = again
        self._before = termios.tcgetattr(descriptor)
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._read, name="reads keys", daemon=True)
        self._stopped_before: object = None

    def __enter__(self) -> Keyboard:
        self._stopped_before = signal.signal(signal.SIGTSTP, self._stop)
        self._take()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._give_back()
        signal.signal(signal.SIGTSTP, self._stopped_before)  # type: ignore[arg-type]
        os.write(self._waker, b"x")
        self._thread.join()
        os.close(self._wake)
        os.close(self._waker)

    def _take(self) -> None:
        tty.setcbreak(self._descriptor, termios.TCSANOW)

    def _give_back(self) -> None:
        termios.tcsetattr(self._descriptor, termios.TCSANOW, self._before)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """Stop this process as Ctrl-Z does, with the terminal as it was before."""
        self._give_back()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        # The process stops here, and goes on here.
        signal.signal(signal.SIGTSTP, self._stop)
        self._take()
        self._again()

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._descriptor, self._wake], [], [])
            if self._wake in ready:
                return
            try:
                pressed = os.read(self._descriptor, MOST_BYTES)
            except OSError:
                return  # the terminal is gone, of which a signal tells
            if not pressed:
                return
            text = pressed.decode(errors="replace")
            for key in ESCAPE if text.startswith(ESCAPE) else text:
                self._tell(key)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Have the signals that end a process leave the block first, so that it can tidy up: 128 and their number."""

    def leave(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
