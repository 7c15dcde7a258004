"""The answers that come with an exercise, what their first lines say of them, and the requests to grade them.

The first line of a wrong answer names hidden tests and the diagnosis shown for each:
``# fails: test_a, test_b[plain] (serial), test_c (deadlock)``; ``test_b`` without brackets names all its parameter
sets. More may fail. The mistake that a learner must be shown first is the first diagnosis there, or the one in a line
``# root: DIAGNOSIS`` among the first three. An answer that uses what is off limits says ``# off-limits: exempt`` in one
of its first two lines and is judged all the same; one that needs a newer anyio than the oldest that is supported says
``# needs: anyio>=4.15`` there, and is passed over where anyio is older.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.judge.engine import Request, versions
from grader.judge.exempt import check_of_answer, first_lines
from grader.judge.options import EVERYTHING, PlayOptions
from grader.kit.exercise import Exercise
from grader.policy import rules
from grader.policy.interface import asked_names
from grader.policy.program import read
from grader.policy.submission import Fault, Submission

# The id of a parameter set may have commas and blanks, and no brackets.
_TEST = r"\w+(?:\[[^\]]*\])?"
_TESTS = rf"{_TEST}(?:, *{_TEST})*"
_GROUP = re.compile(rf"(?P<tests>{_TESTS}) *\((?P<diagnosis>[a-z0-9-]+)\)")
# Matched against the whole line, so that a test without its diagnosis is an error and is not passed over.
_FAILS = re.compile(rf"# fails: (?P<named>{_TESTS} *\([a-z0-9-]+\)(?:, *{_TESTS} *\([a-z0-9-]+\))*)")
_ROOT = re.compile(r"# root: (?P<slug>[a-z0-9-]+)")
_NEEDS = re.compile(r"# needs: anyio>=(?P<version>\d+(\.\d+)*)")
_HEAD_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the head of a wrong answer says of it."""

    expected: tuple[tuple[str, str], ...]
    """Hidden tests and the diagnosis of each; empty where the first line cannot be read."""
    root: str | None
    """The mistake that it makes: of a line ``# root: serial``, else the first diagnosis that it names."""
    root_line: int
    """The line that says so; 1 where the first one does."""


def claim_of(path: Path) -> Claim:
    """Read the head of a wrong answer."""
    lines = _head(path)
    match = _FAILS.fullmatch(lines[0]) if lines else None
    expected = () if match is None else tuple(expectations(match["named"]))
    for number, line in enumerate(lines, start=1):
        if root := _ROOT.match(line):
            return Claim(expected=expected, root=root["slug"], root_line=number)
    return Claim(expected=expected, root=expected[0][1] if expected else None, root_line=1)


def expectations(named: str) -> Iterator[tuple[str, str]]:
    """The pairs of a hidden test and a diagnosis in the first line of a wrong answer."""
    for group in _GROUP.finditer(named):
        for name in re.findall(_TEST, group["tests"]):
            yield name, group["diagnosis"]


def names_test(named: str, test: str) -> bool:
    """Whether a name in a first line means this hidden test: its own, or that of its function for all parameters."""
    return named == test or named == test.partition("[")[0]


# ---- requests --------------------------------------------------------------------------------------------------------


def answer_requests(exercise: Exercise, options: PlayOptions = EVERYTHING) -> list[Request]:
    """Requests for the reference and all right and wrong answers of an exercise, as the check makes them."""
    return [request_for(path, options) for path in supported_answers(exercise)]


def supported_answers(exercise: Exercise) -> list[Path]:
    """The reference, then right answers, then wrong ones; without those that need a newer anyio."""
    return [path for path in _answers(exercise) if _is_supported(path)]


def wrong_answers(exercise: Exercise) -> list[Path]:
    """The wrong ones among them."""
    return [path for path in supported_answers(exercise) if is_wrong(path)]


def is_wrong(answer: Path) -> bool:
    return answer.parent.name == "wrong"


def _answers(exercise: Exercise) -> list[Path]:
    if exercise.solutions is None:
        return []
    folders = (exercise.solutions / "right", exercise.solutions / "wrong")
    others = [path for folder in folders for path in sorted(folder.glob("*.py"))]
    return others if exercise.reference is None else [exercise.reference, *others]


def request_for(path: Path, options: PlayOptions) -> Request:
    """The request to grade an answer of the kit."""
    return Request(path=path, shown=shown(path), options=options, check=check_of_answer(path))


def stub_request(exercise: Exercise) -> Request:
    """The request to grade the stub, to which the rules apply and which is not written yet."""
    # Natural order only: what raises NotImplementedError does so under every schedule.
    return Request(path=exercise.stub, shown=exercise.stub.name, options=PlayOptions(schedules=1), check=_rules_only)


def shown(path: Path) -> str:
    """``wrong/sequential.py``, and ``join.py`` for the reference and the stub."""
    return f"{path.parent.name}/{path.name}" if path.parent.name in ("right", "wrong") else path.name


def _is_supported(path: Path) -> bool:
    needs = [match["version"] for line in first_lines(path) if (match := _NEEDS.fullmatch(line))]
    installed = dict(versions())["anyio"]
    return all(_numbers(version) <= _numbers(installed) for version in needs)


def _head(path: Path) -> list[str]:
    if not path.is_file():
        return []  # it is reported when it is judged, such as a folder of that name
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    return [line.strip() for line in text.splitlines()[:_HEAD_LINES]]


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


def _rules_only(taken: Submission, exercise: Exercise, stub: str) -> rules.Findings:
    program = read(taken)
    faults = (program,) if isinstance(program, Fault) else rules.check_rules(program, exercise.rules, asked_names(stub))
    return rules.Findings(faults=faults, look=())
