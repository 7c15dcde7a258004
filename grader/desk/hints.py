"""Which hint follows for a verdict, and what a learner's own failure of a diagnosis looked like.

A hint belongs to the failure that the screen has shown. Each diagnosis has hints of its own, and those of the exercise
or of the part of it that fails, come after them. Each is a level, which opens after a run with a changed file: a hint
is to be tried before the next one is read. How many are open is kept in a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from grader.files import replace_file
from grader.judge.verdict import Failure, Status, Verdict
from grader.kit.exercise import GENERAL_HINTS, Exercise
from grader.kit.kit import Kit
from grader.kit.parts import Part
from grader.reports import excerpts, views
from grader.text import clean_line

MAX_LINE = 500
NO_DIGEST = "unknown"
"""Stands for a file with another digest than any."""
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
    lines = ["the last time in your file:", f"  --> {excerpts.place(verdict.file, failure.line)}"]
    if failure.source.strip():
        lines.append(f"      {failure.source.strip()}")
    lines.append(f"  error: {failure.error}")
    return "\n".join(clean_line(line, MAX_LINE) for line in lines)


# ---- the next hint ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What hints are asked for: the last run of a file, if there was any.

    ``again`` is the command that asks for the next hint, ``check`` the one that runs the file. ``key`` sets the subject
    apart from others in the file ``shown``, which says how many hints are open; None where no such file can be.
    """

    exercise: Exercise
    last: Verdict | None
    again: str
    check: str
    key: str
    shown: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ladder:
    """The hints for one failure, from a question to nearly the code, and how many of them are open."""

    about: str
    key: str
    hints: tuple[str, ...]
    level: int
    """How many are open; 0 before the first was asked for."""
    digest: str
    """That of the file on which the last of them was opened."""

    def opens(self, digest: str) -> bool:
        """Whether the next level opens after a run of the file with this digest."""
        return self.level == 0 or digest != self.digest


def next_hint(kit: Kit, subject: Subject) -> str:
    """The hint for the failure that the last run has shown: those of its diagnosis, then those of the exercise.

    A level opens after a run with a changed file; until then the hint before it is shown again.
    """
    return _without_ladder(subject) or _shown(subject, _ladder(kit, subject))


def next_hint_now(kit: Kit, subject: Subject) -> str:
    """The next hint, whether its level is open or not."""
    ladder = replace(_ladder(kit, subject), digest=NO_DIGEST)
    return _without_ladder(subject) or _shown(subject, ladder)


def open_hints(kit: Kit, subject: Subject) -> tuple[str, ...]:
    """The hints for the failure that the last run has shown which were asked for before."""
    ladder = _ladder(kit, subject)
    return ladder.hints[: ladder.level]


def _without_ladder(subject: Subject) -> str:
    """What is said where the last run leaves no failure to give hints on; empty if it does."""
    exercise, last = subject.exercise, subject.last
    if last is None or views.is_untouched(last):
        return ""
    if last.status is Status.PASS and last.complete_run:
        return f"The last attempt at {exercise.id} is complete; no hint is needed. Next: `grade`."
    for fault in last.faults:
        place = excerpts.place(last.file, fault.line)
        lines = (f"{exercise.id} cannot be judged yet", "", f"  --> {place}", f"error: {fault.error}", "", fault.help)
        said = "\n".join(clean_line(line, MAX_LINE) for line in lines)
        return f"{said}\n\nthen: `{subject.check}`"
    return ""


def _ladder(kit: Kit, subject: Subject) -> _Ladder:
    exercise, last = subject.exercise, subject.last
    failed = failure_to_mend(last) if last is not None else None
    slug = failed[1].diagnosis if failed else GENERAL_HINTS
    part = exercise.part_of(failed[0]) if failed else None
    hints = _hints(kit, exercise, slug, part)
    key = f"{subject.key} {slug}" + (f" {part.name}" if part is not None else "")
    level, digest = _level(_read(subject.shown).get(key))
    return _Ladder(
        about=f"{exercise.id}, test {failed[0]} ({slug})" if failed else exercise.id,
        key=key,
        hints=hints,
        level=max(0, min(level, len(hints))),
        digest=digest,
    )


def _shown(subject: Subject, ladder: _Ladder) -> str:
    digest = "" if subject.last is None else subject.last.digest
    level, count = ladder.level, len(ladder.hints)
    if ladder.opens(digest) and level < count:
        level += 1
        _keep(subject.shown, ladder.key, {"level": level, "digest": digest})
    more = (
        f"The next one opens when you have changed the file and run `{subject.check}`. "
        f"`{subject.again} --now` shows it at once."
    )
    said = more if level < count else "That was the last one."
    return f"{ladder.about}, hint {level} of {count}\n\n{ladder.hints[level - 1]}\n\n{said}"


def _hints(kit: Kit, exercise: Exercise, slug: str, part: Part | None) -> tuple[str, ...]:
    general = part.hints if part is not None and part.hints else exercise.hints[GENERAL_HINTS]
    if slug == GENERAL_HINTS:
        return general
    own = exercise.hints.get(slug) or (kit.diagnoses[slug].hints if slug in kit.diagnoses else ())
    return (*own, *general)


# ---- what is remembered ----------------------------------------------------------------------------------------------


def _keep(path: Path | None, key: str, entry: dict[str, object]) -> None:
    shown = _read(path)
    shown.pop(key, None)
    latest = dict([*shown.items(), (key, entry)][-REMEMBERED:])
    # Where the file cannot be written, the same hint again is better than none.
    with suppress(OSError):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, [json.dumps(latest, indent=1).encode()])


def _read(path: Path | None) -> dict[str, object]:
    """What is remembered, by subject; nothing if no hint was shown yet or the file is damaged."""
    try:
        shown = json.loads(path.read_text(encoding="utf-8")) if path is not None else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return shown if isinstance(shown, dict) else {}


def _level(entry: object) -> tuple[int, str]:
    """How many hints are open, and the digest of the file then. The file may have been edited by hand."""
    match entry:
        case {"level": int(level), "digest": str(digest)}:
            return level, digest
        case bool():
            return 0, NO_DIGEST
        case int(last):  # an earlier version kept the number of the last hint, from 0 on
            return last + 1, NO_DIGEST
        case _:
            return 0, NO_DIGEST
