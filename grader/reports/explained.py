"""A diagnosis explained at length: on a terminal, and as a page of the course that findings and lessons lead to.

The author's page is Markdown, as a lesson is. A diagnosis without one has what every diagnosis has: its explanation,
what to change, and hints.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.kit.diagnosis import Diagnosis
from grader.kit.kit import Kit
from grader.kit.tables import read_text
from grader.reports.lesson import diagnosis_page, label_of, page_as_html, parsed
from grader.reports.rendering import render
from grader.reports.screen import Glyphs, Piece, Screen
from grader.reports.views import Command

if TYPE_CHECKING:
    from markdown_it.token import Token
    from markupsafe import Markup
    from rich.console import Console

PARTS = ("learner", "course")
CODE = "    "


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedBy:
    """A hidden test whose failure has this diagnosis, as its author says."""

    exercise: str
    title: str
    number: int
    label: str


def tested_by(kit: Kit, slug: str) -> tuple[TestedBy, ...]:
    """The hidden tests that declare a diagnosis."""
    return tuple(
        TestedBy(exercise=exercise.id, title=exercise.title, number=test.number, label=test.label)
        for exercise in kit.exercises
        for test in exercise.tests
        if test.diagnosis == slug
    )


# ---- as pages --------------------------------------------------------------------------------------------------------


def diagnosis_pages(kit: Kit, *, made_at: str, templates: Path) -> Iterator[tuple[str, str]]:
    """Render a page for each diagnosis of a kit; yields the name of each page and its text."""
    for slug, diagnosis in kit.diagnoses.items():
        yield diagnosis_page(slug), _page(kit, diagnosis, made_at, templates)


def _page(kit: Kit, diagnosis: Diagnosis, made_at: str, templates: Path) -> str:
    context = {
        "diagnosis": diagnosis,
        "body": _body(kit, diagnosis.slug),
        "tested_by": tested_by(kit, diagnosis.slug),
        "kit_title": kit.title,
        "made_at": made_at,
    }
    return render(templates, "diagnosis.html", parts=PARTS, context=context, images="data:")


def _body(kit: Kit, slug: str) -> Markup | str:
    page = kit.page_of(slug)
    return "" if page is None else page_as_html(read_text(page), folder=page.parent)


# ---- on a terminal ---------------------------------------------------------------------------------------------------


def show_diagnosis(
    console: Console, kit: Kit, diagnosis: Diagnosis, own: str, commands: Sequence[Command], *, glyphs: Glyphs
) -> None:
    """Explain a diagnosis on a terminal. ``own`` says how the learner's own file has last failed so, if it has."""
    screen = Screen(console, glyphs)
    sentence = diagnosis.sentence.removeprefix(f"{diagnosis.slug}: ")
    screen.wrapped(Piece(f"{diagnosis.slug}: ", "error"), sentence, "strong")
    screen.blank()
    screen.wrapped(Piece(""), diagnosis.explanation)
    screen.blank()
    page = kit.page_of(diagnosis.slug)
    if page is not None:
        show_markdown(screen, read_text(page))
    screen.wrapped(Piece("help: ", "help"), diagnosis.help)
    if own:
        screen.blank()
        for line in own.split("\n"):
            screen.line(Piece(line))
    screen.blank()
    screen.commands(commands)


def show_markdown(screen: Screen, text: str) -> None:
    """Show a page of an author on a terminal: headings, paragraphs, lists and code, and no picture."""
    tokens = parsed(text)
    for number, token in enumerate(tokens):
        if token.type == "fence":
            _show_code(screen, token)
        elif token.type == "inline" and (said := _plain(token)):
            before = tokens[number - 1]
            if before.type == "heading_open":
                screen.line(Piece(said, "strong"))
            else:
                # A paragraph in a list item is one deeper than a paragraph of the page.
                screen.wrapped(Piece("  - " if before.level > 1 else ""), said, most=100)
            if before.level <= 1 or before.type == "heading_open":
                screen.blank()
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            screen.blank()


def _show_code(screen: Screen, token: Token) -> None:
    is_figure = token.info.startswith("text figure=")
    if label := label_of(token):
        screen.line(Piece(f"{label}:", "quiet"))
    for line in token.content.rstrip("\n").split("\n"):
        screen.uncut(Piece(f"{'' if is_figure else CODE}{line}".rstrip()))
    screen.blank()


def _plain(token: Token) -> str:
    """The words of a paragraph: code in its backticks, a link without where it leads, and no picture."""
    return "".join(_word(child) for child in token.children or ()).strip()


def _word(part: Token) -> str:
    if part.type in ("softbreak", "hardbreak"):
        return " "
    if part.type == "code_inline":
        return f"`{part.content}`"
    return part.content if part.type == "text" else ""
