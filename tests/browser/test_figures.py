"""The pictures of the lessons in a browser: they load nothing, follow the reader's colours, and fit a telephone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.kit.kit import builtin_root, load_kit
from tests.browser.conftest import SIZES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FIGURES = sorted(
    exercise.folder / figure.file for exercise in load_kit(builtin_root()).exercises for figure in exercise.figures
)
OVERLAPS = """() => {
  const texts = [...document.querySelectorAll('text')].map(one => one.getBoundingClientRect());
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 4 || b.bottom <= a.top + 4;
  return texts.flatMap((a, n) => texts.slice(n + 1).filter(b => !apart(a, b)).map(b => [a, b])).length;
}"""
OUTSIDE = """() => [...document.querySelectorAll('text')].filter(one => {
  const box = one.getBoundingClientRect(), all = document.documentElement.getBoundingClientRect();
  return box.left < 0 || box.right > all.right || box.bottom > all.bottom;
}).length"""

pytestmark = pytest.mark.browser


def opened(browser: Browser, path: Path, *, theme: str = "light", size: str = "wide") -> Page:
    context = browser.new_context(viewport=SIZES[size], color_scheme=theme, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.stem)
def test_no_text_of_a_figure_touches_another_or_leaves_the_picture(browser: Browser, path: Path) -> None:
    page = opened(browser, path)

    assert page.locator("text").count() > 3
    assert page.evaluate(OVERLAPS) == 0
    assert page.evaluate(OUTSIDE) == 0
    page.context.close()


def test_a_figure_follows_the_colours_that_the_reader_has_chosen(browser: Browser) -> None:
    grounds = []
    for theme in ("light", "dark"):
        page = opened(browser, FIGURES[0], theme=theme)
        grounds.append(page.evaluate("getComputedStyle(document.querySelector('.ground')).fill"))
        page.context.close()

    assert grounds == ["rgb(255, 255, 255)", "rgb(26, 29, 35)"]


def test_a_figure_in_a_lesson_shrinks_to_a_telephone_and_its_letters_stay_readable(
    browser: Browser, tmp_path: Path
) -> None:
    # As GitHub shows a README: no image is wider than the text, which has 16 pixels on either side.
    images = "".join(f'<p><img style="max-width: 100%" src="{path.as_uri()}">' for path in FIGURES)
    (tmp_path / "lesson.html").write_text(f"<!doctype html><body style='margin: 0; padding: 16px'>{images}")
    page = opened(browser, tmp_path / "lesson.html", size="narrow")

    widths = page.evaluate("[...document.images].map(one => [one.width, one.naturalWidth, one.complete])")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert all(complete and 13 * width / natural > 9.5 for width, natural, complete in widths)
    assert len(widths) == len(FIGURES)
    page.context.close()
