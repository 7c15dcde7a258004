"""The pages of the course: an overview, and a page for each lesson with a way to the next one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from grader.desk.learner import progress_of
from grader.kit.kit import builtin_root, load_kit
from grader.reports.course import course_pages
from grader.reports.views import Command, ExerciseState
from tests.kit_samples import make_kit

TEMPLATES = builtin_root() / "templates"


def pages(root: Path, *, complete: int = 0) -> dict[str, str]:
    kit = load_kit(make_kit(root))
    progress = [progress_of(exercise, []) for exercise in kit.exercises]
    done = [replace(entry, state=ExerciseState.COMPLETE, points=100.0) for entry in progress[:complete]]
    progress = [*done, *progress[complete:]]
    following = next((entry for entry in progress if entry.state is not ExerciseState.COMPLETE), None)
    made = course_pages(
        kit.exercises,
        progress,
        following=following,
        commands=(Command(line="grade ex01", does="check your file"),),
        kit_title="<Tiny>",
        made_at="2026-11-22 03:50 UTC",
        templates=TEMPLATES,
    )
    return dict(made)


def test_there_is_an_overview_and_a_page_for_each_lesson(tmp_path: Path) -> None:
    made = pages(tmp_path)

    assert list(made) == ["index.html", "ex01.html", "ex02.html"]
    assert all("&lt;Tiny&gt;" in page for page in made.values())
    assert all("img-src data:; " in page for page in made.values())


def test_the_overview_says_how_far_and_what_is_next(tmp_path: Path) -> None:
    overview = pages(tmp_path, complete=1)["index.html"]

    assert "<h1>1 of 2 exercises complete</h1>" in overview
    assert 'Next: <a href="ex02.html">ex02 wait</a>' in overview
    assert "100 of 100 points" in overview
    assert "<code>grade ex01</code>" in overview


def test_nothing_is_next_where_all_are_complete(tmp_path: Path) -> None:
    assert "Next:" not in pages(tmp_path, complete=2)["index.html"]


def test_a_lesson_has_the_contract_and_a_way_to_its_neighbours(tmp_path: Path) -> None:
    made = pages(tmp_path)

    assert "NotImplementedError" in made["ex01.html"]
    assert re.findall(r'rel="(?:prev|next)" href="(\w+\.html)"', made["ex01.html"]) == ["ex02.html"] * 2
    assert re.findall(r'rel="(?:prev|next)" href="(\w+\.html)"', made["ex02.html"]) == ["ex01.html"] * 2
