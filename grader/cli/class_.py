"""The command ``grade class``: its options, its screen and its exit code."""

from __future__ import annotations

import dataclasses
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader import __version__
from grader.cli import stdout
from grader.cli.options import EXERCISE, SharedOptions, shared_options
from grader.cli.run import desk_of
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.desk.class_ import ClassOptions, Graded

LAYOUTS = ("auto", "folders", "flat", "canvas", "moodle", "gradescope")
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("class")
@click.argument("source", metavar="DIR|ZIP", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("grade-results"),
    metavar="OUT",
    help="Folder of the results.",
)
@click.option("--layout", type=click.Choice(LAYOUTS), default="auto", help="How the submissions are laid out.")
@click.option("--roster", type=_FILE, metavar="CSV", help="Who is in the class.")
@click.option("--config", type=_FILE, metavar="TOML", help="Deadlines, extensions, overrides; DIR/class.toml if there.")
@click.option("--exercise", "exercises", multiple=True, metavar="EX", help="This exercise only; may be repeated.")
@click.option("--jobs", type=click.IntRange(1, 1024), metavar="N", help="How many processes grade at once.")
@click.option("--cluster", metavar="ADDRESS", help="Grade on the workers of this dask scheduler.")
@click.option("--schedules", type=click.IntRange(1, 100_000), metavar="N", help="How many task schedules at most.")
@click.option("--fresh", is_flag=True, help="Grade everything again, and say which marks moved.")
@click.option("--started", is_flag=True, help="Take an untouched stub for nothing handed in.")
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="P", help="Exit 1 below P per cent of the points.")
@click.option(
    "--allow-level", type=click.IntRange(0, 3), metavar="N", help="Run their code at this isolation level too."
)
@click.option("--anonymous", is_flag=True, help="Name nobody in class.html.")
@click.option(
    "--report", "reports", multiple=True, metavar="DIALECT=PATH", help="Also write csv, jsonl, junit, github."
)
@click.option("--canvas", type=_FILE, metavar="CSV", help="Fill in this exported Canvas gradebook.")
@click.option("--moodle", type=_FILE, multiple=True, metavar="CSV", help="Fill in this Moodle grading worksheet.")
@click.option("--new-gradebook", is_flag=True, help="Put the gradebook in OUT aside, and begin a new one.")
@shared_options
@click.pass_obj
def class_(settings: SharedOptions, /, source: Path, fail_under: float | None, **asked: Any) -> None:
    """Grade a folder or zip of submissions. What was graded before is not graded again."""
    from grader.cli import exit_codes
    from grader.desk.class_ import ClassDesk
    from grader.desk.run import summarise_class
    from grader.reports.of_class.figures import percent
    from grader.reports.of_class.screen import watching

    wishes = _wishes(settings, source, asked)
    desk = ClassDesk(desk_of(settings).kit, wishes)
    try:
        with watching(stdout.error_console(settings.color)) as watch:
            graded = desk.grade(watch)
    except KeyboardInterrupt:
        print("What is graded so far is kept. To go on, run the same command again.", file=sys.stderr)
        raise
    _show(settings, graded)
    summarise_class(graded.results, os.environ)
    marks = graded.results.marks
    sys.exit(exit_codes.of_class(marks, percent(marks), fail_under))


def _wishes(settings: SharedOptions, source: Path, asked: dict[str, Any]) -> ClassOptions:
    """The wishes, whose fields are named as the options, with paths that begin at the folder we work in."""
    from grader.classroom.layouts.claims import Layout
    from grader.desk.class_ import ClassOptions
    from grader.desk.class_files import orders
    from grader.judge.options import asked_for
    from grader.sandbox.isolation import FENCED

    here = settings.directory
    if EXERCISE.fullmatch(str(source)) and not (here / source).exists():
        hint = f"Name one, as in `grade class DIR --exercise {source}`."
        raise UsageError(f"there is no folder or zip {str(source)!r}", hint=hint)
    paths = {name: here / asked.pop(name) for name in ("out", "roster", "config", "canvas") if asked[name] is not None}
    layout, level = asked.pop("layout"), asked.pop("allow_level")
    return ClassOptions(
        source=here / source,
        layout=None if layout == "auto" else Layout(layout),
        level=FENCED if level is None else level,
        play_options=asked_for(schedules=asked.pop("schedules")),
        orders=orders(asked.pop("reports"), here),
        moodle=tuple(here / path for path in asked.pop("moodle")),
        **paths,
        **{name: value for name, value in asked.items() if value is not None},
    )


def _show(settings: SharedOptions, graded: Graded) -> None:
    if settings.json:
        stdout.say(_document(graded), ascii=True)
        return
    from grader.desk.run import guarded
    from grader.reports.of_class.screen import show_class, show_class_quiet

    console, glyphs = stdout.screen(settings.color, plain=settings.plain, ascii=settings.ascii)
    # In a workflow on GitHub nothing may be obeyed that somebody has named a file.
    with guarded(partial(stdout.say, ascii=True), os.environ):
        if settings.quiet:
            show_class_quiet(console, graded.results, glyphs=glyphs)
        else:
            written = [_as_typed(path, settings.directory) for path in graded.written]
            show_class(console, graded.results, notes=graded.notes, written=written, glyphs=glyphs)


def _as_typed(path: Path, here: Path) -> str:
    """A path as it is typed in the folder we work in; one that lies elsewhere as it is."""
    relative = os.path.relpath(path, here)
    return os.fspath(path) if relative.startswith(os.pardir) else relative


def _document(graded: Graded) -> str:
    """What ``--json`` prints: the class in numbers, and where the rest is."""
    import json

    from grader.reports.of_class.figures import figures, percent

    results = graded.results
    document = {
        "format": 1,
        "grader": __version__,
        "learners": len(results.intake.learners),
        "percent": percent(results.marks),
        "reused": results.reused,
        "exercises": [dataclasses.asdict(row) for row in figures(results)],
        "refused": [dataclasses.asdict(one) for one in results.intake.refused],
        "unmatched": [dataclasses.asdict(one) for one in results.intake.unmatched],
        "strangers": [dataclasses.asdict(one) for one in results.intake.strangers],
        "moved": results.moved,
        "notes": graded.notes,
        "written": [str(path) for path in graded.written],
    }
    return json.dumps(document, indent=1, ensure_ascii=True)
