"""A folder of reports as a command writes them, and Debian's Chromium, in which nothing goes wrong unnoticed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.classroom.rules import InstructorRemark
from grader.classroom.totals import weighed
from grader.classroom.weighing import Weighing
from grader.desk.learner import progress_of
from grader.judge.verdict import Verdict
from grader.kit.kit import builtin_root, load_kit
from grader.reports import page
from grader.reports.course import course_pages
from grader.reports.explained import diagnosis_pages
from grader.reports.of_class.page import anonymous_class_page, class_page, learner_pages
from grader.reports.views import Command
from tests.page_samples import everything, hostile_class
from tests.page_samples import render as learner_page
from tests.results_samples import class_of, failing_with, judged, missing, person, results_of
from tests.results_samples import course as built_in
from tests.samples import failure, mixed, unjudgeable

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

Visit = Callable[..., "Page"]

TEMPLATES = builtin_root() / "templates"
LEARNERS, EXERCISES = 24, 3
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 360, "height": 800}}
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the report of a learner, and with those of a small, a large, a hostile and an anonymous class."""
    folder = tmp_path_factory.mktemp("site")
    small, bad = class_of(LEARNERS, EXERCISES), hostile_class()
    pages = {
        "learner.html": learner_page(*everything()),
        "mine.html": own_page(),
        "marked.html": marked_page(),
        "class.html": class_page(small, templates=TEMPLATES),
        "anonymous.html": anonymous_class_page(small, templates=TEMPLATES),
        "hostile.html": class_page(bad, templates=TEMPLATES),
        "large.html": class_page(class_of(200, 12), templates=TEMPLATES),
    }
    for results in (small, bad):
        pages |= {f"learners/{name}": text for name, text in learner_pages(results, templates=TEMPLATES)}
    pages |= {f"course/{name}": text for name, text in course()}
    (folder / "learners").mkdir()
    (folder / "course").mkdir()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def marked_page() -> str:
    """The page of a learner in a class report: late, set by hand, dropped, not handed in, and with remarks."""
    kit, one = built_in(3), person(0)
    late = {"deadline": "2026-11-20T18:00:00+01:00", "handed_in": "2026-11-20T18:00:01+01:00", "days_late": 1}
    marks = [
        judged(one, failing_with(failure()), **late, deducted=10.0, points=50.0, verdict_id=17),
        replace(missing(one, kit.exercises[1]), points=80.5, override="shown in person " * 20),
        missing(one, kit.exercises[2]),
    ]
    remarks = (InstructorRemark(text="x" * 300), InstructorRemark(text="Bring this file.", diagnosis="serial"))
    weighed_marks = weighed(marks, Weighing(drop=1, weights={"ex01": 2.0}))
    command = "grade class a/long/way/to/submissions.zip --roster roster.csv --show"
    results = results_of(kit, [one], weighed_marks, remarks=remarks, show=command)
    ((_, text),) = learner_pages(results, templates=TEMPLATES)
    return text


def course() -> Iterator[tuple[str, str]]:
    """The pages of the course, for a learner who has begun nothing."""
    kit = load_kit(builtin_root())
    progress = [progress_of(exercise, []) for exercise in kit.exercises]
    commands = (Command(line="grade ex01", does="check your file"),)
    yield from course_pages(
        kit.exercises,
        progress,
        following=progress[0],
        commands=commands,
        kit_title=kit.title,
        made_at="2026-11-22 03:50 UTC",
        templates=TEMPLATES,
    )
    yield from diagnosis_pages(kit, made_at="2026-11-22 03:50 UTC", templates=TEMPLATES)


def own_page() -> str:
    """The page of a learner in a folder of their own: half of the course is begun, and some was tried before."""
    exercises = {one.exercise: one for one in everything()}
    kit = load_kit(builtin_root())
    before = replace(mixed(), source="async def join(*fns):\n    return []\n", digest="before")
    attempts: dict[str, list[Verdict]] = {id: [one] for id, one in exercises.items()}
    attempts["ex01"] = [before, replace(exercises["ex01"], source="async def join(*fns):\n    return fns\n")]
    stub = replace(unjudgeable(kind="untouched"), exercise="ex09")
    return page.learner_page(
        [*exercises.values(), stub],
        kit_title=kit.title,
        diagnoses=kit.diagnoses,
        made_at="2026-11-22T04:00:00+00:00",
        templates=TEMPLATES,
        background=page.Background(
            progress=tuple(progress_of(exercise, attempts.get(exercise.id, [])) for exercise in kit.exercises),
            attempts=attempts,
            hints={"ex01": ("Which line waits?", "A task for each: `tg.start_soon`.")},
            course="course/",
        ),
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests. It is missing loudly: a browser step that skipped everything would be green."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        pytest.fail("playwright is missing: python -m pip install -e '.[test,browser]'", pytrace=False)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("there is no chromium: apt-get install chromium", pytrace=False)
    # Chromium's own sandbox refuses to start for root, and CI runs as root in a container.
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver, closing(driver.chromium.launch(executable_path=chromium, args=flags)) as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, site: Path) -> Iterator[Visit]:
    """Open a report: ``visit("class.html#status=fail", theme="dark", size="narrow", script=False)``.

    At the end of the test no page may have complained, loaded anything, or opened a dialog of the browser.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(name: str, *, theme: str = "light", size: str = "wide", script: bool = True, **more: object) -> Page:
        context = browser.new_context(
            viewport=SIZES[size], color_scheme=theme, java_script_enabled=script, offline=True, **more
        )
        contexts.append(context)
        listen(context, complaints)
        page = context.new_page()
        page.goto(f"{site.as_uri()}/{name}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def listen(context: BrowserContext, complaints: list[str]) -> None:
    """Write down everything that a page complains about, every request but for the page itself, and every dialog."""
    # Chromium says on the console what the content policy kept from running, also where scripts are switched off.
    context.on("console", lambda message: complaints.append(f"console: {message.text}"))
    context.on("weberror", lambda failed: complaints.append(f"error: {failed.error}"))
    context.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    context.on("request", lambda asked: is_page(asked) or complaints.append(f"request: {asked.url}"))
    context.route(lambda url: not url.startswith("file:"), lambda route: route.abort())


def is_page(request: object) -> bool:
    return request.url.startswith("file:") and request.is_navigation_request()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core as the package brings it along: nothing is downloaded."""
    import axe_playwright_python as package

    return next(Path(package.__file__).parent.rglob("axe.min.js")).read_text("utf-8")
