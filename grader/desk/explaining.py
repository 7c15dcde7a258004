"""``grade explain``: what a diagnosis means, with the learner's own last failure of that kind, and its page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from grader.desk.hints import last_failure, own_failure_said
from grader.desk.learner import WIDTH, Desk
from grader.errors import UsageError, WorkspaceError
from grader.judge.verdict import Verdict
from grader.kit.diagnosis import Diagnosis
from grader.reports.views import Command

if TYPE_CHECKING:
    from rich.console import Console

    from grader.reports.screen import Glyphs


class Explaining:
    """One invocation of ``grade explain`` at a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def show(self, slug: str, console: Console, glyphs: Glyphs) -> None:
        """Explain a diagnosis on a terminal. Raises UsageError, with the nearest name, for an unknown one."""
        from grader.reports.explained import show_diagnosis

        diagnosis = self._diagnosis(slug)
        own = last_failure(self._readable_attempts(), slug)
        page = Command(line=f"grade explain {slug} --open", does="the same as a page")
        commands = () if self._desk.workspace is None else (page,)
        said = "" if own is None else own_failure_said(*own)
        show_diagnosis(console, self._desk.kit, diagnosis, said, commands, glyphs=glyphs)

    def write_page(self, slug: str) -> Path:
        """Write the course, in which each diagnosis has a page, and return that of this one.

        Raises UsageError for an unknown diagnosis, and WorkspaceError where there is no place for the pages.
        """
        from grader.reports.lesson import diagnosis_page

        diagnosis = self._diagnosis(slug)
        return self._desk.write_course().with_name(diagnosis_page(diagnosis.slug))

    def list_all(self) -> str:
        """Every diagnosis of the kit, in one line or two each."""
        diagnoses = self._desk.kit.diagnoses
        indent = max(map(len, diagnoses)) + 2
        lines = [
            textwrap.fill(f"{slug:{indent}}{diagnosis.sentence}", WIDTH, subsequent_indent=" " * indent)
            for slug, diagnosis in sorted(diagnoses.items())
        ]
        return "\n".join([*lines, "", "`grade explain DIAGNOSIS` says more about one of them."])

    def _diagnosis(self, slug: str) -> Diagnosis:
        diagnoses = self._desk.kit.diagnoses
        if slug in diagnoses:
            return diagnoses[slug]
        near = get_close_matches(slug, diagnoses, n=1)
        hint = f"Did you mean `grade explain {near[0]}`?" if near else "See them all with `grade explain`."
        raise UsageError(f"there is no diagnosis {slug!r}", hint=hint)

    def _readable_attempts(self) -> Iterator[Verdict]:
        """All attempts in the workspace, but for files that are damaged: what is explained does not depend on them."""
        for exercise in self._desk.kit.exercises:
            with suppress(WorkspaceError):
                yield from self._desk.attempts(exercise)
