"""Which hint follows for a verdict, and what a learner's own failure of a diagnosis looked like.

A hint belongs to the failure that the screen has shown. Each diagnosis has hints of its own, and those of the exercise
or of the part of it that fails, come after them; how many of them a learner has seen is kept in a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.judge.verdict import Failure, Status, Verdict
from grader.kit.exercise import GENERAL_HINTS, Exercise
from grader.kit.kit import Kit
from grader.kit.parts import Part
from grader.reports import views
from grader.text import clean_line

MAX_LINE = 500
REMEMBERED = 200
"""Subjects of which it is kept how many hints were shown; each file that was graded with ``--file`` is one."""


# ---- the failure that hints are about --------------------------------------------------------------------------------


def failure_to_mend(verdict: Verdict) -> tuple[int, Failure] | None:
    """The failure that the screen shows, with the number of its test; None if no test has failed."""
    finding = views.main_finding(verdict)
    return None if finding is None else (finding.test.number, finding.failure)


def last_failure(attempts: Iterable[Verdict], slug: str) -> tuple[Verdict, Failure] | None:
    """The latest failure that has this diagnosis, with the verdict that it is part of; None if there is none."""
    by_age = sorted(attempts, key=lambda attempt: attempt.judged_at)
    for verdict in reversed(by_age):  # of two within one second the one that was stored later
        for finding in views.findings(verdict):
            if finding.failure.diagnosis == slug:
                return verdict, finding.failure
    return None


def own_failure_said(verdict: Verdict, failure: Failure) -> str:
    """Say where and how a learner's own file has failed."""
    lines = ["the last time in your file:", f"  --> {views.place(verdict.file, failure.line)}"]
    if failure.source.strip():
        lines.append(f"      {failure.source.strip()}")
    lines.append(f"  error: {failure.error}")
    return "\n".join(clean_line(line, MAX_LINE) for line in lines)


# ---- the next hint ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What hints are asked for: the last run of a file, if there was any.

    ``again`` is the command that asks for the next hint. ``key`` sets the subject apart from others in the file
    ``shown``, which says how many hints have been given; None where no such file can be.
    """

    exercise: Exercise
    last: Verdict | None
    again: str
    key: str
    shown: Path | None


def next_hint(kit: Kit, subject: Subject) -> str:
    """The next hint for the failure that the last run has shown: those of its diagnosis, then the exercise's."""
    exercise, last = subject.exercise, subject.last
    if last is not None and last.status is Status.PASS and last.complete_run:
        return f"The last attempt at {exercise.id} is complete; no hint is needed. Next: `grade`."
    failed = failure_to_mend(last) if last is not None else None
    slug = failed[1].diagnosis if failed else GENERAL_HINTS
    part = exercise.part_of(failed[0]) if failed else None
    hints = _hints(kit, exercise, slug, part)
    key = f"{subject.key} {slug}" + (f" {part.name}" if part is not None else "")
    stage = _next_stage(subject.shown, key, len(hints))
    about = f"{exercise.id}, test {failed[0]} ({slug})" if failed else exercise.id
    more = f"`{subject.again}` again for the next one" if stage + 1 < len(hints) else "that was the last one"
    return f"{about}, hint {stage + 1} of {len(hints)}\n\n{hints[stage]}\n\n{more}"


def _hints(kit: Kit, exercise: Exercise, slug: str, part: Part | None) -> tuple[str, ...]:
    general = part.hints if part is not None and part.hints else exercise.hints[GENERAL_HINTS]
    if slug == GENERAL_HINTS:
        return general
    own = exercise.hints.get(slug) or (kit.diagnoses[slug].hints if slug in kit.diagnoses else ())
    return (*own, *general)


def _next_stage(path: Path | None, key: str, stages: int) -> int:
    """Which hint to show: the one after the last shown, and again the last one when all have been shown."""
    shown = _read(path)
    # The file may have been edited by hand.
    before = shown.pop(key, -1)
    stage = max(0, min(before + 1 if isinstance(before, int) else 0, stages - 1))
    latest = dict([*shown.items(), (key, stage)][-REMEMBERED:])
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(latest), encoding="utf-8")
    except OSError:
        pass  # where the file cannot be written, the same hint again is better than none
    return stage


def _read(path: Path | None) -> dict[str, object]:
    """The number of the last hint shown, by subject; nothing if no hint was shown yet or the file is damaged."""
    try:
        shown = json.loads(path.read_text(encoding="utf-8")) if path is not None else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return shown if isinstance(shown, dict) else {}
