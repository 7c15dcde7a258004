"""How long a learner waits for ``grade watch`` after a save, beside ``grade`` started anew; ratios in one run.

    python benchmarks/watch.py [EX] [ROUNDS]

The two take turns in one workspace. Each round changes a comment in the file. Prints the medians: wall time from the
save to the verdict on natural order on the screen, and wall and CPU time (of all processes) to the whole verdict, for a
right answer and for a wrong one. Leaves with 1 if the whole verdict takes more than a third of the CPU or of the wall
time of ``grade EX``, or natural order more than 150 ms. The last needs an idle machine: the load is printed, too.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.latency import Run, cpu_seconds, family, measure  # noqa: E402
from grader.desk.workspace import create_workspace  # noqa: E402
from grader.kit.kit import builtin_root, load_kit  # noqa: E402

GRADE = (sys.executable, "-m", "grader")
NATURAL = re.compile(rb"trying other orders|s real")
WHOLE = re.compile(rb"\d s real")
MOST_MS = 150
MOST_SHARE = 1 / 3


@dataclass(frozen=True, slots=True)
class Save:
    """What passed after one save, in seconds."""

    natural: float
    whole: float
    cpu: float


class Session:
    """``grade watch`` on a terminal of 80 columns and 24 lines."""

    def __init__(self, exercise: str, folder: Path) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._process = subprocess.Popen(
            [*GRADE, "watch", exercise], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=environment()
        )
        os.close(theirs)
        self._drawn = b""
        self._until(WHOLE)

    def save(self, file: Path, text: str) -> Save:
        """Save the file, and wait for the verdict."""
        self._settle()
        self._drawn = b""
        before, began = self._cpu(), time.perf_counter()
        file.write_text(text)
        natural = self._until(NATURAL) - began
        whole = self._until(WHOLE) - began
        self._settle()  # what is stored after the verdict counts as well
        return Save(natural, whole, self._cpu() - before)

    def quit(self) -> None:
        os.write(self._ours, b"q")
        self._process.wait(60)
        os.close(self._ours)

    def _cpu(self) -> float:
        return sum(map(cpu_seconds, family(self._process.pid)))

    def _until(self, wanted: re.Pattern[bytes]) -> float:
        while not wanted.search(self._drawn):
            self._drawn += os.read(self._ours, 65536)
        return time.perf_counter()

    def _settle(self) -> None:
        """Wait until the session does nothing any more."""
        while True:
            before = self._cpu()
            select.select([], [], [], 0.5)
            if self._cpu() - before < 0.03:
                return


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LANG": "C.UTF-8"}


def main() -> int:
    exercise = sys.argv[1] if len(sys.argv) > 1 else "ex03"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    kit = load_kit(builtin_root())
    chosen = kit.exercise(exercise)
    assert chosen.reference is not None
    wrong = sorted((chosen.reference.parent / "wrong").glob("*.py"))[0]
    os.environ.update(environment())
    print(f"{exercise}, load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"{'':22}{'natural':>10}{'whole':>10}{'CPU':>9}{'grade':>10}{'CPU':>9}{'wall ratio':>12}{'CPU ratio':>11}")
    good = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        create_workspace(folder, kit)
        file = folder / chosen.folder.name / chosen.file
        for label, source in (("the reference", chosen.reference), (f"wrong/{wrong.name}", wrong)):
            good = compare(label, exercise, folder, file, source.read_text(), rounds) and good
    return 0 if good else 1


def compare(label: str, exercise: str, folder: Path, file: Path, text: str, rounds: int) -> bool:
    """Measure one answer both ways; whether it is within the limits."""
    file.write_text(text)
    session = Session(exercise, folder)
    saves: list[Save] = []
    colds: list[Run] = []
    for number in range(rounds + 1):
        saves.append(session.save(file, f"{text}\n# {number}\n"))
        colds.append(measure((*GRADE, exercise, "-C", str(folder), "--fail-under", "0")))
    session.quit()
    # The first round fills the caches.
    natural, whole, cpu = (statistics.median(getattr(save, of) for save in saves[1:]) for of in Save.__slots__)
    cold_cpu, cold_wall = (statistics.median(getattr(cold, of) for cold in colds[1:]) for of in ("cpu", "wall"))
    print(
        f"{label:22}{natural * 1000:7.0f} ms{whole:8.2f} s{cpu:7.2f} s{cold_wall:8.2f} s{cold_cpu:7.2f} s"
        f"{whole / cold_wall:12.2f}{cpu / cold_cpu:11.2f}"
    )
    return natural * 1000 <= MOST_MS and whole / cold_wall <= MOST_SHARE and cpu / cold_cpu <= MOST_SHARE


if __name__ == "__main__":
    sys.exit(main())
