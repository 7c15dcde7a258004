"""Programs whose mistake is known: what is true about each of them, and where they come from.

The truth about a file stands in comments at its top::

    # root: nonlocal          the diagnosis to be shown first; `fault:KIND` where the rules refuse the file; `a/b` where
                              either is as good
    # also: raised, passes    others that are true as well; `passes` where full marks are in order, too
    # line: 12, 14            lines of which one should be shown
    # says: nonlocal          what the error or the help must say, as a regular expression
    # not: worker thread      what would be false, wherever it is shown

A wrong answer of the kit has such lines after the lines that ``grade kit check`` reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from mutants import mutants_of

from grader.judge import engine
from grader.judge.kitanswers import answer_requests
from grader.judge.options import PlayOptions
from grader.kit.catalogue import BUILTIN
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit
from grader.policy.interface import asked_names
from grader.policy.submission import Submission

FAULT = "fault:"
FAULT_KINDS = frozenset(
    {"missing", "not-a-file", "too-large", "not-utf8", "syntax", "name-missing", "not-async", "parameters", "import"}
    | {"off-limits", "untouched"}
)
PASSES = "passes"
NOT_JUDGED = "not-judged"
COMING = frozenset(
    {"unknown-name", "no-value-yet", "nonlocal", "none-used", "await-missing", "not-awaitable", "called-not-given"}
    | {"async-with", "async-for", "stop-iteration", "recursion", "module-level", "no-keyboard", "one-backend-only"}
    | {"not-written", "wrong-arguments", "text-for-bytes", "nothing-returned", "late-binding", "early-return"}
    | {"overwritten-result", "malformed-request"}
)
"""Diagnoses of beginners' mistakes, which a label may name whether the grader makes them yet or not."""

_LABEL = re.compile(r"# (?P<key>root|also|line|says|not): *(?P<value>.*)")


class Kind(StrEnum):
    """Where a program comes from."""

    KIT = "kit"
    LEARNERS = "learners"
    MUTANTS = "mutants"


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is true about a program."""

    root: str
    also: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    says: str = ""
    never: str = ""

    @property
    def roots(self) -> tuple[str, ...]:
        return tuple(self.root.split("/"))

    @property
    def slugs(self) -> tuple[str, ...]:
        return (*self.roots, *self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A program to grade. ``name`` says which it is."""

    kind: Kind
    exercise: str
    name: str
    truth: Truth
    request: engine.Request


def read_truth(text: str) -> Truth:
    """Read the comments at the top of a file. Raises ValueError if they name no root."""
    labels: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        if label := _LABEL.fullmatch(line.strip()):
            labels[label["key"]] = label["value"]
    if "root" not in labels:
        raise ValueError("no comment at the top names the root: `# root: SLUG`")
    return Truth(
        root=labels["root"],
        also=_parts(labels.get("also", "")),
        lines=tuple(map(int, _parts(labels.get("line", "")))),
        says=labels.get("says", ""),
        never=labels.get("not", ""),
    )


def _parts(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def known_slugs(kit: Kit) -> frozenset[str]:
    """All that a label may name."""
    faults = {f"{FAULT}{kind}" for kind in FAULT_KINDS}
    return frozenset({*BUILTIN, *kit.diagnoses, *COMING, *faults, PASSES})


# ---- where they come from --------------------------------------------------------------------------------------------


def kit_cases(exercise: Exercise, options: PlayOptions) -> Iterator[Case]:
    """The wrong answers of the kit."""
    for request in answer_requests(exercise, options):
        if request.path.parent.name == "wrong":
            yield _case(Kind.KIT, exercise, request)


def learner_cases(exercise: Exercise, folder: Path, options: PlayOptions) -> Iterator[Case]:
    """The files of a folder whose names begin with the number of the exercise."""
    for path in sorted(folder.glob(f"{exercise.id}*.py")):
        yield _case(Kind.LEARNERS, exercise, engine.Request(path=path, shown=exercise.file, options=options))


def _case(kind: Kind, exercise: Exercise, request: engine.Request) -> Case:
    truth = read_truth(request.path.read_text(encoding="utf-8"))
    return Case(kind=kind, exercise=exercise.id, name=request.path.name, truth=truth, request=request)


def mutant_cases(exercise: Exercise, options: PlayOptions) -> Iterator[Case]:
    """Mutants of the reference and of the right answers; each program once."""
    asked = asked_names(exercise.stub.read_text(encoding="utf-8"))
    for request in answer_requests(exercise, options):
        if request.path.parent.name == "wrong":
            continue
        made = mutants_of(request.path.read_text(encoding="utf-8"), asked)
        for number, mutant in enumerate(made, start=1):
            taken = Submission(path=request.path, source=mutant.source, digest="")
            yield Case(
                kind=Kind.MUTANTS,
                exercise=exercise.id,
                name=f"{request.path.stem}-{number}-{mutant.operator}",
                truth=Truth(root=mutant.root, also=mutant.also),
                request=replace(request, taken=taken, shown=exercise.file),
            )
