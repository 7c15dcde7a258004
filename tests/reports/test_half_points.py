"""A test that passes on one backend of two is worth half its points, and every screen and page shows that half."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from grader.desk.learner import progress_of
from grader.judge.verdict import Verdict
from grader.kit.kit import builtin_root, load_kit
from grader.reports.course import course_pages
from grader.reports.github import run_summary
from grader.reports.overview import show_overview
from grader.reports.painted import Painted
from grader.reports.screen import ASCII
from grader.reports.terminal import show_run
from grader.reports.views import ExerciseState
from grader.reports.watched import Result
from tests import page_samples, samples
from tests.kit_samples import make_kit


def half() -> Verdict:
    """75.5 points of 100."""
    one = samples.case(1, "a", 49, samples.passing("asyncio"), samples.failing("trio", samples.failure()))
    return samples.verdict(one, samples.case(2, "b", 51))


def screen() -> Console:
    return Console(file=io.StringIO(), width=80, height=24, color_system=None)


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_screen_of_one_exercise_and_the_table_of_several() -> None:
    one, several = screen(), screen()

    show_run(one, [half()], glyphs=ASCII)
    show_run(several, [half(), samples.perfect()], glyphs=ASCII)

    assert "75.5 of 100 points" in written(one)
    rows = [line for line in written(several).splitlines() if line.startswith("ex01")]
    assert [re.findall(r" ([\d.]+)(?:  |$)", row.rstrip()) for row in rows] == [["75.5"], ["100"]]
    assert rows[0].index("75.5") == rows[1].index("100") - 1, "numbers end in one column"


def test_the_screen_of_watch() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80, height=24, color_system=None)

    Painted(console, ASCII).whole(Result(verdict=half()), ())

    assert "75.5 of 100 points" in written(console)


def test_how_far_one_is(tmp_path: Path) -> None:
    console, kit = screen(), load_kit(make_kit(tmp_path))
    first, second = (progress_of(exercise, []) for exercise in kit.exercises)
    progress = [replace(first, state=ExerciseState.FAILING, points=75.5), second]

    show_overview(console, "Kit", progress, following=first, commands=[], glyphs=ASCII)
    pages = dict(
        course_pages(
            kit.exercises,
            progress,
            following=first,
            commands=(),
            kit_title="Kit",
            made_at="now",
            templates=builtin_root() / "templates",
        )
    )

    assert re.search(r" 75\.5  not yet complete", written(console))
    assert "75.5 of 100 points" in pages["index.html"]
    assert 'width="75.5%"' in pages["index.html"]


def test_the_learners_page_and_the_summary_of_a_run() -> None:
    page, summary = page_samples.render(half(), half()), run_summary([half(), half()])

    assert "75.5 of 100 points" in page
    assert "24.5 of 49" in page
    assert "24.5 of 49" in summary
    assert "2 of 2 exercises judged, 151 of 200 points" in summary
