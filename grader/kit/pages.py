"""Pages of diagnoses: ``exercises/diagnoses/SLUG.md``, where the author of a kit explains one at length.

A page is written as a lesson is. It has no title, because the sentence of the diagnosis is its title, and it borrows
the pictures of exercises: ``![caption](../ex01_join/figures/NAME.svg)``, and in letters a block of code that begins
with ```` ```text figure=ex01/NAME ````.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.kit.faults import Faults
from grader.kit.tables import read_text

FOLDER = "diagnoses"
BLOCK = re.compile(
    r"^(?P<open>```text figure=(?P<exercise>ex\d{2,3})/(?P<name>[\w-]+)[ \t]*\n)(?P<body>.*?)^(?P<close>```[ \t]*)$",
    re.DOTALL | re.MULTILINE,
)
"""A picture in letters."""
_PICTURE = re.compile(r"\]\(\.\./(?P<exercise>ex\d{2,3})_[a-z0-9_]+/figures/(?P<name>[\w-]+)\.svg\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Borrowed:
    """A figure of an exercise that a page shows, as a picture or in letters, and the line where it does."""

    page: Path
    line: int
    exercise: str
    name: str


def page_in(root: Path, slug: str) -> Path | None:
    """The page of a diagnosis in the kit with this root; None if it has none."""
    path = root / "exercises" / FOLDER / f"{slug}.md"
    return path if path.is_file() else None


def pages_in(exercises: Path) -> tuple[Path, ...]:
    """All pages of a kit, whose ``exercises/`` folder this is."""
    return tuple(sorted((exercises / FOLDER).glob("*.md")))


def borrowed_in(page: Path) -> Iterator[Borrowed]:
    """The figures that a page shows."""
    text = read_text(page)
    for pattern in (_PICTURE, BLOCK):
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield Borrowed(page=page, line=line, exercise=match["exercise"], name=match["name"])


def check_pages(
    exercises: Path, slugs: Collection[str], figures: Mapping[str, Collection[str]], faults: Faults
) -> None:
    """Report pages of no diagnosis, and pictures that no exercise declares; ``figures`` are their names by exercise."""
    folder = exercises / FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith((".", "__pycache__")):
            continue
        if path.suffix != ".md" or path.stem not in slugs:
            hint = "Call it by the slug of a diagnosis, as in `deadlock.md`; `grade explain` lists them."
            faults.remark(path=path, line=1, what="this is the page of no diagnosis", hint=hint)
            continue
        for shown in borrowed_in(path):
            if shown.name not in figures.get(shown.exercise, ()):
                what = f"{shown.exercise} declares no figure {shown.name!r}"
                hint = (
                    f'Declare it with `[[figures]]` and `name = "{shown.name}"` in its exercise.toml, or take it away.'
                )
                faults.remark(path=path, line=shown.line, what=what, hint=hint)
