"""What to say to somebody who is stuck: the next hint, and the long explanation of a diagnosis."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from grader.errors import UsageError
from grader.exercise import GENERAL_HINTS
from grader.kit import Exercise, Kit
from grader.verdict import Status, Verdict
from grader.workspace import STATE, Workspace, best

WIDTH = 80


def hint(workspace: Workspace, kit: Kit, exercise: Exercise, attempts: Sequence[Verdict]) -> str:
    """The next hint for the first failing test of the last attempt: the diagnosis' own, then the exercise's."""
    failing = next((test for test in attempts[-1].tests if not test.passed), None) if attempts else None
    if attempts and failing is None and not attempts[-1].faults:
        return f"The last attempt at {exercise.id} is complete; there is nothing to hint at. Next: `grade`."
    failure = next((result.failure for result in failing.results if result.failure), None) if failing else None
    slug = failure.diagnosis if failure else GENERAL_HINTS
    hints = _hints(kit, exercise, slug)
    stage = _next_stage(workspace.root / STATE / "hints.json", f"{exercise.id} {slug}", len(hints))
    subject = f"{exercise.id}, test {failing.number} ({slug})" if failing else exercise.id
    more = f"`grade hint {exercise.id}` again for the next one" if stage + 1 < len(hints) else "that was the last one"
    return f"{subject}, hint {stage + 1} of {len(hints)}\n\n{hints[stage]}\n\n{more}"


def _hints(kit: Kit, exercise: Exercise, slug: str) -> tuple[str, ...]:
    general = exercise.hints[GENERAL_HINTS]
    if slug == GENERAL_HINTS:
        return general
    own = exercise.hints.get(slug) or (kit.diagnoses[slug].hints if slug in kit.diagnoses else ())
    return (*own, *general)


def _next_stage(path: Path, key: str, stages: int) -> int:
    """Count up which hint was shown last, and stay at the last one."""
    try:
        shown = json.loads(path.read_text(encoding="utf-8"))
        stage = int(shown[key]) + 1
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        # No hint yet, or a file that somebody edited: begin again.
        shown, stage = {}, 0
    stage = max(0, min(stage, stages - 1))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**shown, key: stage}), encoding="utf-8")
    except OSError:
        # Where nothing can be written, the first hint again is better than none.
        pass
    return stage


def explain(kit: Kit, slug: str) -> str:
    """The long explanation of a diagnosis. Raises UsageError, with the nearest, if there is none of that name."""
    found = kit.diagnoses.get(slug)
    if found is None:
        near = get_close_matches(slug, kit.diagnoses, n=1)
        hint = f"Did you mean `grade explain {near[0]}`?" if near else "See what there is with `grade explain`."
        raise UsageError(f"there is no diagnosis {slug!r}", hint=hint)
    return f"{found.slug}: {found.sentence}\n\n{found.explanation}\n\nhelp: {found.help}"


def diagnoses(kit: Kit) -> str:
    """Every diagnosis there is, in one line or two."""
    indent = max(map(len, kit.diagnoses)) + 2
    lines = [
        textwrap.fill(f"{slug:{indent}}{found.sentence}", WIDTH, subsequent_indent=" " * indent)
        for slug, found in sorted(kit.diagnoses.items())
    ]
    return "\n".join([*lines, "", "`grade explain DIAGNOSIS` says more about one of them."])


def solution(exercise: Exercise, attempts: Sequence[Verdict]) -> str:
    """The reference answer. Raises UsageError before the exercise is complete, or if the kit has no answers."""
    attempt = best(attempts)
    if attempt is None or attempt.status is not Status.PASS:
        hint = f"Ask for a hint with `grade hint {exercise.id}`."
        raise UsageError(f"{exercise.id} is not complete yet, and its answer is shown afterwards", hint=hint)
    if exercise.reference is None:
        raise UsageError("this kit comes without answers", hint="Ask whoever gave it to you.")
    return exercise.reference.read_text(encoding="utf-8")
