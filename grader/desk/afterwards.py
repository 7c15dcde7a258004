"""What there is to see of a complete exercise: the reference beside one's own answer, others, and the last page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grader.desk.course import write_ending, write_solution
from grader.desk.learner import REPORT, Desk
from grader.desk.plays import seen_plays
from grader.desk.workspace import best_attempt
from grader.errors import UsageError
from grader.judge.verdict import Status, Verdict
from grader.kit.exercise import Exercise
from grader.reports.answers import answer_of, show_others, show_plays
from grader.reports.views import Command, ExerciseState

if TYPE_CHECKING:
    from rich.console import Console

    from grader.reports.screen import Glyphs
    from grader.sandbox.box import Box


class Afterwards:
    """One invocation of ``grade solution`` or ``grade report`` at a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def reference(self, id: str | None) -> str:
        """The reference answer. Raises UsageError until the exercise is complete, or if the kit has no answers."""
        exercise = self._desk.choose_one(id)
        self._passed(exercise)
        if exercise.reference is None:
            raise UsageError("this kit comes without answers", hint="Ask your instructor for them.")
        return exercise.reference.read_text(encoding="utf-8")

    def show_plays(self, box: Box, id: str | None, console: Console, glyphs: Glyphs) -> None:
        """Show plays of the answer that passed beside those of the reference, and what to type next."""
        exercise = self._desk.choose_one(id)
        others = Command(line=f"grade solution {exercise.id} --others", does="other right answers, and what each shows")
        page = Command(line=f"grade solution {exercise.id} --open", does="all of it as a page")
        commands = (*([others] if exercise.other_answers else []), page)
        show_plays(console, seen_plays(box, exercise, self._passed(exercise).source), commands, glyphs=glyphs)

    def show_others(self, id: str | None, console: Console, glyphs: Glyphs) -> None:
        """Show the other right answers. Raises UsageError like ``reference``, and if there are none."""
        self.reference(id)
        exercise = self._desk.choose_one(id)
        if not exercise.other_answers:
            hint = f"See the reference with `grade solution {exercise.id}`."
            raise UsageError("this kit comes without other right answers", hint=hint)
        show_others(console, [answer_of(path) for path in exercise.other_answers], glyphs=glyphs)

    def write_page(self, box: Box, id: str | None) -> Path:
        """Write the answers to an exercise as a page beside the lessons. Raises UsageError like ``reference``."""
        self.reference(id)
        exercise = self._desk.choose_one(id)
        self._desk.write_course()  # which the page leads to
        return write_solution(box, self._desk.need_workspace(), self._desk.kit, exercise, self._passed(exercise))

    def is_finished(self) -> bool:
        """Whether every exercise is complete."""
        return all(entry.state is ExerciseState.COMPLETE for entry in self._desk.progress())

    def write_ending(self, box: Box) -> Path:
        """Write the last page of the course: plays of all answers that passed. Every exercise must be complete."""
        desk = self._desk
        passed = {exercise.id: self._passed(exercise) for exercise in desk.kit.exercises}
        attempts = {exercise.id: len(desk.attempts(exercise)) for exercise in desk.kit.exercises}
        return write_ending(box, desk.need_workspace(), desk.kit, passed, attempts, report=REPORT)

    def _passed(self, exercise: Exercise) -> Verdict:
        """The best attempt, if it passes."""
        best = best_attempt(self._desk.attempts(exercise))
        if best is None or best.status is not Status.PASS:
            hint = f"Ask for a hint with `grade hint {exercise.id}`."
            raise UsageError(f"{exercise.id} is not complete yet, and its answer is shown afterwards", hint=hint)
        return best
