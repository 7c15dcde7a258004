"""How long a learner waits for ``grade run ex01``, beside a bare pytest run of a like suite; ratios in one run.

    python benchmarks/latency.py [ROUNDS]

Prints the medians of CPU time (of all processes together) and wall time, and the peak memory of one more run (PSS, all
processes together). The commands are run in turn, so that whatever else the machine does meets all of them.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "solutions" / "ex01_join" / "join.py"
GRADE = (sys.executable, "-m", "grader", "run", "ex01", "--file", str(REFERENCE))
SUITE = ROOT / "benchmarks" / "bare_suite"
BARE = (sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:cacheprovider", "-p", "anyio", str(SUITE))
# Of the installed plugins pytest loads anyio's alone; looking for all of them would make it look slower than it is.
ENVIRONMENT = {**os.environ, "JOIN_FILE": str(REFERENCE), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

ASKED_BY_BASH = ("_GRADE_COMPLETE=bash_complete", "COMP_WORDS=grade ex0", "COMP_CWORD=1")
WORKSPACE = tempfile.mkdtemp(prefix="latency-")
"""A learner's folder in which an exercise has been tried as often as attempts are kept; `grade` alone reads none."""

COMMANDS = {
    "bare pytest": BARE,
    "grade, 1 schedule": (*GRADE, "--schedules", "1"),
    "grade, default schedules": GRADE,
    "grade --help": (sys.executable, "-m", "grader", "--help"),
    "grade": (sys.executable, "-m", "grader", "-C", WORKSPACE),
    "grade list": (sys.executable, "-m", "grader", "list", "-C", WORKSPACE),
    "Tab": ("env", *ASKED_BY_BASH, sys.executable, "-m", "grader"),
}
MOST_CPU = {"grade": 0.15, "grade list": 0.15, "Tab": 0.15}
"""CPU seconds on an idle machine within which an answer is there at once. `grade --help` tells how idle it is."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run, in CPU and wall seconds."""

    cpu: float
    wall: float


def measure(command: tuple[str, ...]) -> Run:
    """CPU is the largest sum seen over all living processes and what they have collected.

    A box dies with its namespace, and the kernel then no longer tells what its processes have used: ``getrusage`` knows
    only the processes that were waited for, and no play is among them.
    """
    before = seconds_waited_for()
    used = 0.0
    began = time.perf_counter()
    for process in sampled(command):
        used = max(used, sum(map(cpu_seconds, family(process))))
    wall = time.perf_counter() - began
    return Run(max(used, seconds_waited_for() - before), wall)


def peak_memory(command: tuple[str, ...]) -> float:
    """Peak of the PSS of a process and all below it, in MiB, sampled in a run of its own."""
    return max(sum(map(pss, family(process))) for process in sampled(command))


def sampled(command: tuple[str, ...]) -> Iterator[int]:
    """Run a command; yields its number again and again while it runs."""
    process = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    done = threading.Event()
    threading.Thread(target=lambda: (process.wait(), done.set()), daemon=True).start()
    while not done.wait(0.005):
        yield process.pid
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")


def seconds_waited_for() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def cpu_seconds(process: int) -> float:
    """CPU time of a process and of all children that it has collected."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def family(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [process, *(number for child in children for number in family(int(child)))]


def pss(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    try:
        prepare_workspace()
        compare(rounds)
    finally:
        shutil.rmtree(WORKSPACE)


def too_slow(name: str, cpu: float) -> str:
    most = MOST_CPU.get(name, cpu)
    return "" if cpu <= most else f"  more than {most} s of CPU"


def prepare_workspace() -> None:
    """Make a folder of the course with fifty attempts at one exercise, and look at it once."""
    inside = {"cwd": WORKSPACE, "env": {**ENVIRONMENT, "PYTHONPATH": str(ROOT)}, "stdout": subprocess.DEVNULL}
    grade = (sys.executable, "-m", "grader")
    subprocess.run((*grade, "init"), check=True, **inside)
    shutil.copyfile(ROOT / "solutions/ex01_join/wrong/sequential.py", Path(WORKSPACE, "ex01_join/join.py"))
    subprocess.run((*grade, "ex01", "-q"), check=False, **inside)
    attempts = Path(WORKSPACE, ".gradekit/attempts/ex01.jsonl")
    attempts.write_bytes(attempts.read_bytes() * 50)
    subprocess.run(grade, check=True, **inside)


def compare(rounds: int) -> None:
    runs: dict[str, list[Run]] = {name: [] for name in COMMANDS}
    for _ in range(rounds + 1):
        for name, command in COMMANDS.items():
            runs[name].append(measure(command))
    # The first round fills the caches.
    cpu = {name: statistics.median(run.cpu for run in measured[1:]) for name, measured in runs.items()}
    wall = {name: statistics.median(run.wall for run in measured[1:]) for name, measured in runs.items()}
    print(f"{'':26}{'CPU':>8}{'ratio':>8}{'wall':>9}{'ratio':>8}{'peak PSS':>12}")
    for name, command in COMMANDS.items():
        memory = peak_memory(command)
        print(
            f"{name:26}{cpu[name]:7.2f}s{cpu[name] / cpu['bare pytest']:8.2f}"
            f"{wall[name]:8.2f}s{wall[name] / wall['bare pytest']:8.2f}{memory:9.0f} MiB"
            f"{too_slow(name, cpu[name])}"
        )


if __name__ == "__main__":
    main()
