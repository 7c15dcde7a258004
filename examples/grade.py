"""Grades the submissions in this folder: the exercises of one learner, then a class of 24. README's first line runs it.

python examples/grade.py
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

from grader.errors import GraderError
from grader.sandbox.box import Box
from grader.sandbox.isolation import FENCED, LEVELS

ROOT = Path(__file__).resolve().parent.parent
GRADE = Path(sysconfig.get_path("scripts")) / "grade"
LEARNER = ("-C", "examples/learner")
CLASS = ROOT / "examples" / "class"
SUBMISSIONS = "examples/class/submissions"
INNOCENT = f"{SUBMISSIONS}/innocent"
OUT = "grade-results"
JUDGED = (0, 1, 3)
"""The exit codes of `grade run` after judging. Some of the learner's answers are wrong, on purpose."""


def main() -> int:
    """Run the commands in turn; return 0 if all of them have done their work."""
    try:
        level = isolation_level()
    except GraderError as error:
        print(f"error: {error}\nhelp: {error.hint}", file=sys.stderr)
        return error.exit_code

    hand_in(ROOT / SUBMISSIONS)
    run = grade(*LEARNER, "run", "--all")
    report = grade(*LEARNER, "report")
    if level < FENCED:
        print(f"\nThis computer isolates other people's code at level {level} only: {LEVELS[level]}.")
        print(f"So the innocent submissions of the class are graded, and those in {SUBMISSIONS}/hostile are not.")
    class_ = grade(*class_command(level), "--out", OUT)
    if class_ == 0:
        print(f"\nOpen {OUT}/class.html and examples/learner/grade-report.html in a browser.")
    return class_ or report or (0 if run in JUDGED else run)


def hand_in(folder: Path) -> None:
    """Lay out the submissions of the class: files written for it, and copies of the kit's answers and stubs."""
    shutil.copytree(CLASS / "written", folder, dirs_exist_ok=True)
    for place, files in tomllib.loads((CLASS / "copied.toml").read_text(encoding="utf-8")).items():
        for name, source in files.items():
            (folder / place / name).write_bytes(as_handed_in(source))


def as_handed_in(source: str) -> bytes:
    """A file of the kit, without the docstring of an answer, which says what is right or wrong with it."""
    text = (ROOT / source).read_text(encoding="utf-8")
    if source.startswith("solutions/"):
        text = text.partition('"""\n\n')[2].lstrip("\n")
    return text.encode()


def isolation_level() -> int:
    """The isolation level that a box proves on this computer. Raises GraderError if none can be started."""
    with Box() as box:
        return box.level


def class_command(level: int) -> tuple[str, ...]:
    """The command that grades the class, or only its innocent part where hostile code may not run."""
    source = (SUBMISSIONS,) if level >= FENCED else (INNOCENT, "--allow-level", str(level))
    exercises = [word for id in ("ex01", "ex02", "ex04") for word in ("--exercise", id)]
    gradebook = "examples/class/gradebook.csv"
    inputs = ("--roster", gradebook, "--canvas", gradebook, "--config", "examples/class/class.toml")
    return ("class", *source, *exercises, *inputs, "--report", f"junit={OUT}/junit.xml")


def grade(*arguments: str) -> int:
    """Show a command, run it in the folder of the checkout, and return its exit code."""
    print(f"\n$ {shlex.join(['grade', *arguments])}", flush=True)
    return subprocess.run([GRADE, *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
