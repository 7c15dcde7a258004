"""Writes the course as pages: an overview, the lessons, the answers to what is complete, and the last page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import WorkspaceError
from grader.files import write_file
from grader.judge.verdict import Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit, builtin_root
from grader.reports.views import Command, ExerciseProgress

if TYPE_CHECKING:
    from grader.desk.workspace import Workspace
    from grader.sandbox.box import Box

FOLDER = "grade-course"
ENDING = "end.html"


def write_course(
    root: Path,
    kit: Kit,
    progress: Sequence[ExerciseProgress],
    *,
    following: ExerciseProgress | None,
    commands: Sequence[Command],
) -> Path:
    """Write the pages into a folder of the workspace, and return the overview.

    ``progress`` is that of all exercises of the kit, in their order. Raises WorkspaceError where a page cannot be
    written.
    """
    from grader.reports.course import OVERVIEW, course_pages
    from grader.reports.explained import diagnosis_pages

    folder = root / FOLDER
    pages = course_pages(
        kit.exercises,
        progress,
        following=following,
        commands=commands,
        kit_title=kit.title,
        made_at=_now(),
        templates=builtin_root() / "templates",
        ending=ENDING if following is None and (folder / ENDING).is_file() else "",
    )
    explained = diagnosis_pages(kit, made_at=_now(), templates=builtin_root() / "templates")
    for name, page in chain(pages, explained):
        _write(folder / name, page)
    return folder / OVERVIEW


def write_solution(box: Box, workspace: Workspace, kit: Kit, exercise: Exercise, passed: Verdict) -> Path:
    """Write the reference, other right answers and the learner's own as a page, and return it.

    ``passed`` is the verdict on the learner's answer. Raises WorkspaceError where the page cannot be written.
    """
    from grader.desk.plays import seen_plays
    from grader.reports.answers import Answer, answer_of, solution_page

    assert exercise.reference is not None
    page = solution_page(
        title=f"{exercise.id} {exercise.title}",
        plays=seen_plays(box, exercise, passed.source),
        mine=Answer(file=exercise.file, shows="", code=passed.source),
        reference=answer_of(exercise.reference),
        others=[answer_of(path) for path in exercise.other_answers],
        lesson=f"{exercise.id}.html",
        kit_title=kit.title,
        made_at=_now(),
        templates=builtin_root() / "templates",
    )
    path = workspace.root / FOLDER / f"solution-{exercise.id}.html"
    _write(path, page)
    return path


def write_ending(
    box: Box, workspace: Workspace, kit: Kit, passed: Mapping[str, Verdict], attempts: Mapping[str, int], *, report: str
) -> Path:
    """Write the page that a learner reaches who has completed every exercise, and return it.

    By exercise, ``passed`` is the verdict on the answer that passed, and ``attempts`` is how many it took. ``report``
    is the name of the page of the last attempts.
    """
    from grader.desk.plays import seen_plays
    from grader.reports.answers import Finished, last_page

    finished = [
        Finished(
            id=exercise.id,
            title=exercise.title,
            concepts=", ".join(exercise.concepts),
            attempts=attempts[exercise.id],
            lesson=f"{exercise.id}.html",
            plays=seen_plays(box, exercise, passed[exercise.id].source),
        )
        for exercise in kit.exercises
    ]
    page = last_page(
        finished,
        report=f"../{report}",
        kit_title=kit.title,
        made_at=_now(),
        templates=builtin_root() / "templates",
    )
    path = workspace.root / FOLDER / ENDING
    _write(path, page)
    return path


def _now() -> str:
    from grader.reports.page import moment

    return moment(datetime.now(UTC).isoformat(timespec="seconds"))


def _write(path: Path, page: str) -> None:
    try:
        write_file(path, page)
    except WorkspaceError as error:
        raise WorkspaceError(str(error), hint=f"Make room for the lessons: they are written to {FOLDER}/.") from error
