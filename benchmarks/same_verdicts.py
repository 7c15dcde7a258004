"""Compares the verdicts of two versions of the grader, byte for byte but for times.

    python benchmarks/same_verdicts.py collect GRADE OUT    # GRADE is the `grade` command of one version's environment
    python benchmarks/same_verdicts.py compare OUT OTHER

``collect`` hands every file under ``solutions/``, ``tests/attacks/`` and ``examples/`` to that command
with ``--json`` and four schedules, as its users type it, so the rules refuse what they refuse. It writes what the
command prints, its errors and its exit code into the folder OUT, one file a submission. A file that is there already is
kept, so a run that was stopped goes on where it was. ``compare`` names every submission whose verdicts differ, shows
the first difference, and ends with exit code 1 if there is any. A hostile file that runs into a limit of CPU or real
time may differ from one run to the next: remove its two files and collect them again on an idle machine.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from grader.kit.kit import load_kit  # noqa: E402 (the checkout's tests are not installed)
from tests.attack_files import all_attacks, make_questions  # noqa: E402
from tests.attack_ground import put_to, write  # noqa: E402

SCHEDULES = 4
_TIMES = re.compile(r'^\s*"(real_seconds|judged_at)": .*\n', re.MULTILINE)
"""The lines of the document whose values a clock decides."""
_EXERCISE = re.compile(r"ex\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A file below the folder of inputs, the exercise it answers, and the kit that has this exercise."""

    name: str
    path: str
    exercise: str
    kit: str


def write_inputs(folder: Path) -> list[Submission]:
    """Copy every submission into a folder, so that both versions see the same relative paths."""
    for part in ("exercises", "solutions", "templates", "examples"):
        shutil.copytree(ROOT / part, folder / part)
    return [*_answers(folder), *_attacks(folder)]


def _answers(folder: Path) -> Iterator[Submission]:
    for path in sorted([*folder.glob("solutions/**/*.py"), *folder.glob("examples/**/*.py")]):
        relative = path.relative_to(folder).as_posix()
        if found := _EXERCISE.search(relative):
            yield Submission(name=relative.replace("/", "-"), path=relative, exercise=found.group(), kit=".")


def _attacks(folder: Path) -> Iterator[Submission]:
    questions, course = make_questions(folder / "questions"), load_kit(folder)
    for attack in all_attacks():
        kit, exercise = put_to(attack, questions, course)
        path = write(attack, folder / "attacks" / attack.name, exercise)
        yield Submission(
            name=f"attacks-{attack.name}".replace("/", "-"),
            path=path.relative_to(folder).as_posix(),
            exercise=exercise.id,
            kit=kit.root.relative_to(folder).as_posix(),
        )


def collect(command: str, out: Path) -> None:
    """Grade every submission with one version and keep what it prints."""
    out.mkdir(parents=True, exist_ok=True)
    inputs = out / "inputs"
    shutil.rmtree(inputs, ignore_errors=True)
    with ThreadPoolExecutor(2) as executor:
        for name in executor.map(lambda submission: _grade(command, submission, inputs, out), write_inputs(inputs)):
            print(name, flush=True)


def _grade(command: str, submission: Submission, inputs: Path, out: Path) -> str:
    target = out / f"{submission.name}.json"
    if not target.exists():
        arguments = ["run", submission.exercise, "--file", submission.path, "--kit", submission.kit, "--json"]
        done = subprocess.run(
            [command, *arguments, "--schedules", str(SCHEDULES)], cwd=inputs, capture_output=True, text=True
        )
        target.write_text(f"{_TIMES.sub('', done.stdout)}\nexit {done.returncode}\n{done.stderr}")
    return submission.name


def compare(left: Path, right: Path) -> int:
    """Print what differs; the number of submissions that do, or that only one of the folders has."""
    names = sorted({path.name for folder in (left, right) for path in folder.glob("*.json")})
    differing = 0
    for name in names:
        texts = [path.read_text() if (path := folder / name).exists() else "" for folder in (left, right)]
        if texts[0] != texts[1]:
            differing += 1
            lines = list(unified_diff(*(text.splitlines() for text in texts), lineterm="", n=1))
            print(f"{name}: {len(lines)} lines of difference", *lines[2:12], sep="\n    ")
    print(json.dumps({"submissions": len(names), "differing": differing}))
    return differing


def main() -> int:
    """Run what the command line asks for."""
    match sys.argv[1:]:
        case ["collect", command, out]:
            collect(str(Path(command).absolute()), Path(out).absolute())
            return 0
        case ["compare", left, right]:
            return 1 if compare(Path(left), Path(right)) else 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main())
