"""The course as pages that need no network, no script and no server: an overview, and a page for each lesson."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.kit.exercise import Exercise
from grader.reports.exercise_rows import STATE_GLYPHS, STATE_LOOKS, best_points, share
from grader.reports.lesson import code_as_html, diagnosis_page, lesson_as_html
from grader.reports.rendering import render
from grader.reports.views import Command, ExerciseProgress, ExerciseState
from grader.text import counted, joined

if TYPE_CHECKING:
    pass

OVERVIEW = "index.html"
IMAGES = "data:"
"""Pictures are part of the page."""

_PARTS = ("learner", "course")
_TITLE = re.compile(r"\A# (?P<title>.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One exercise, as the overview and the pages of other lessons name it."""

    id: str
    title: str
    summary: str
    href: str
    facts: str
    """How hard it is, how long it takes, and what comes before it."""
    concepts: str
    glyph: str
    look: str
    word: str
    points: str
    share: str
    is_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A lesson and those before and after it in the course."""

    entry: EntryView
    before: EntryView | None
    after: EntryView | None


def course_pages(
    exercises: Sequence[Exercise],
    progress: Sequence[ExerciseProgress],
    *,
    following: ExerciseProgress | None,
    commands: Sequence[Command],
    kit_title: str,
    made_at: str,
    templates: Path,
    ending: str = "",
) -> Iterator[tuple[str, str]]:
    """Render the overview and the lessons; yields the name of each page and its text.

    ``following`` is the exercise to do next, and ``commands`` are what the learner types for it. ``ending`` is the name
    of the last page, if it is written.
    """
    entries = [
        _entry(exercise, done, is_next=done is following) for exercise, done in zip(exercises, progress, strict=True)
    ]
    shared: dict[str, object] = {"kit_title": kit_title, "made_at": made_at, "entries": entries}
    complete = sum(done.state is ExerciseState.COMPLETE for done in progress)
    context = {
        **shared,
        "summary": f"{complete} of {counted(len(entries), 'exercise')} complete",
        "share": f"{100 * complete // len(entries)}%",
        "following": next((entry for entry in entries if entry.is_next), None),
        "commands": commands,
        "ending": ending,
    }
    yield OVERVIEW, render(templates, "course.html", parts=_PARTS, context=context, images=IMAGES)
    for number, exercise in enumerate(exercises):
        place = Place(
            entry=entries[number],
            before=entries[number - 1] if number else None,
            after=entries[number + 1] if number + 1 < len(entries) else None,
        )
        context = {**shared, "place": place, **_lesson(exercise)}
        yield entries[number].href, render(templates, "lesson.html", parts=_PARTS, context=context, images=IMAGES)


def _lesson(exercise: Exercise) -> dict[str, object]:
    text = exercise.lesson.read_text(encoding="utf-8")
    title = _TITLE.match(text)
    return {
        "title": title["title"] if title else exercise.title,
        "lesson": lesson_as_html(text, folder=exercise.folder),
        "file": exercise.file,
        "stub": code_as_html(exercise.stub.read_text(encoding="utf-8")),
        "diagnoses": [
            (slug, diagnosis_page(slug))
            for slug in dict.fromkeys(test.diagnosis for test in exercise.tests if test.diagnosis)
        ],
    }


def _entry(exercise: Exercise, done: ExerciseProgress, *, is_next: bool) -> EntryView:
    after = f" · after {joined(done.after)}" if done.after else ""
    return EntryView(
        id=exercise.id,
        title=exercise.title,
        summary=exercise.summary,
        href=f"{exercise.id}.html",
        facts=f"level {exercise.level} · {exercise.minutes} min{after}",
        concepts=", ".join(exercise.concepts),
        glyph=STATE_GLYPHS[done.state],
        look=STATE_LOOKS[done.state],
        word=done.state.value,
        points=best_points(done),
        share=share(done.points, done.total),
        is_next=is_next,
    )
