"""Writes the course as pages: an overview and the lessons, with how far the learner is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from grader.errors import WorkspaceError
from grader.files import write_file
from grader.kit.kit import Kit, builtin_root
from grader.reports.views import Command, ExerciseProgress

FOLDER = "grade-course"


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
    from grader.reports.page import moment

    folder = root / FOLDER
    pages = course_pages(
        kit.exercises,
        progress,
        following=following,
        commands=commands,
        kit_title=kit.title,
        made_at=moment(datetime.now(UTC).isoformat(timespec="seconds")),
        templates=builtin_root() / "templates",
    )
    try:
        for name, page in pages:
            write_file(folder / name, page)
    except WorkspaceError as error:
        raise WorkspaceError(str(error), hint=f"Make room for the lessons: they are written to {FOLDER}/.") from error
    return folder / OVERVIEW
