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
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.desk.class_ import ClassOptions, Graded

LAYOUTS = ("auto", "folders", "flat", "canvas", "moodle", "gradescope")
_PATH = click.Path(path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("class")
@click.argument("source", metavar="DIR|ZIP", type=_PATH, required=False)
@click.option("--out", type=_PATH, default=Path("grade-results"), metavar="OUT", help="Folder of the results.")
@click.option("--layout", type=click.Choice(LAYOUTS), default="auto", help="How the submissions are laid out.")
@click.option("--roster", type=_FILE, metavar="CSV", help="Who is in the class.")
@click.option("--config", type=_FILE, metavar="TOML", help="Deadlines, extensions, overrides; DIR/class.toml if there.")
@click.option("--exercise", "exercises", multiple=True, metavar="EX", help="This exercise only; may be repeated.")
@click.option("--section", "sections", multiple=True, metavar="NAME", help="This section only; may be repeated.")
@click.option("--jobs", type=click.IntRange(1, 1024), metavar="N", help="How many processes grade at once.")
@click.option("--cluster", metavar="ADDRESS", help="Grade on the workers of this dask scheduler.")
@click.option("--schedules", type=click.IntRange(1, 100_000), metavar="N", help="How many task schedules at most.")
@click.option("--fresh", is_flag=True, help="Grade everything again, and say which marks moved.")
@click.option("--started", is_flag=True, help="Count an untouched stub as not handed in.")
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="P", help="Exit 1 below P per cent of the points.")
@click.option("--allow-level", type=click.IntRange(0, 3), metavar="N", help="Accept isolation levels down to N.")
@click.option("--anonymous", is_flag=True, help="Name no learner in class.html.")
@click.option(
    "--report", "reports", multiple=True, metavar="DIALECT=PATH", help="Also write csv, jsonl, junit, github, dolos."
)
@click.option("--canvas", type=_FILE, metavar="CSV", help="Fill in this exported Canvas gradebook.")
@click.option("--moodle", type=_FILE, multiple=True, metavar="CSV", help="Fill in this Moodle grading worksheet.")
@click.option("--show", metavar="KEY", help="Show the marks and verdicts of the learner with this key.")
@click.option(
    "--feedback", multiple=True, metavar="FORM[=PATH]", help="Send pages home: moodle, canvas, folder, email."
)
@click.option("--forget", metavar="KEY", help="Grade nothing; remove the learner with this key from OUT.")
@click.option("--new-gradebook", is_flag=True, help="Put the gradebook in OUT aside, and begin a new one.")
@shared_options
@click.pass_obj
def class_(
    shared: SharedOptions, /, source: Path | None, fail_under: float | None, forget: str | None, **asked: Any
) -> None:
    """Grade a folder or zip of submissions. Files graded before keep their verdicts."""
    if forget is not None:
        _forget(shared, shared.directory / asked["out"], forget)
        return
    if source is None:
        raise click.MissingParameter(param_hint="'DIR|ZIP'", param_type="argument")
    from grader.cli import exit_codes
    from grader.desk.class_ import ClassDesk
    from grader.desk.run import summarise_class
    from grader.reports.of_class.figures import percent
    from grader.reports.of_class.screen import watching

    options = _options(shared, source, asked)
    desk = ClassDesk(shared.desk().kit, options)
    try:
        with watching(stdout.error_console(shared.color)) as watch:
            graded = desk.grade(watch)
    except KeyboardInterrupt:
        print("What is graded so far is kept. To go on, run the same command again.", file=sys.stderr)
        raise
    _show(shared, graded)
    summarise_class(graded.results, os.environ)
    marks = graded.results.marks
    sys.exit(exit_codes.of_class(marks, percent(marks), fail_under))


def _forget(shared: SharedOptions, out: Path, key: str) -> None:
    """Remove a learner from the results, and say what was removed and what remains."""
    import json

    from grader.desk.forgetting import forget
    from grader.text import clean_line

    done = forget(out, key)
    if shared.json:
        document = {"format": 1, "grader": __version__, **dataclasses.asdict(done)}
        stdout.say(json.dumps(document, indent=1, ensure_ascii=True), ascii=True)
        return
    lines = [f"{clean_line(key, 200)} is forgotten. Removed:", *(f"  {line}" for line in done.removed)]
    lines += ["Not reached:", *(f"  {line}" for line in done.remains)]
    shared.say("\n".join(lines))


def _options(shared: SharedOptions, source: Path, asked: dict[str, Any]) -> ClassOptions:
    """The options, under the names of the command line, with paths that begin at the folder of the command."""
    from grader.classroom.found import Layout
    from grader.desk.class_ import ClassOptions
    from grader.desk.class_files import orders
    from grader.desk.feedback import read_orders
    from grader.judge.options import asked_for
    from grader.sandbox.isolation import FENCED

    here = shared.directory
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
        feedback=read_orders(asked.pop("feedback"), directory=here, out=paths["out"]),
        moodle=tuple(here / path for path in asked.pop("moodle")),
        **paths,
        **{name: value for name, value in asked.items() if value is not None},
    )


def _show(shared: SharedOptions, graded: Graded) -> None:
    if shared.json:
        stdout.say(_document(graded), ascii=True)
        return
    from grader.desk.run import guarded
    from grader.reports.of_class.screen import show_class, show_class_quiet, show_learner

    console, glyphs = shared.screen()
    # GitHub must not obey the name of a learner's file as a workflow command.
    with guarded(partial(stdout.say, ascii=True), os.environ):
        if graded.shown is not None:
            show_learner(console, graded.shown, graded.shown.marks[0].learner, glyphs=glyphs)
        elif shared.quiet:
            show_class_quiet(console, graded.results, glyphs=glyphs)
        else:
            written = [_as_typed(path, shared.directory) for path in graded.written]
            show_class(console, graded.results, notes=graded.notes, written=written, glyphs=glyphs)


def _as_typed(path: Path, here: Path) -> str:
    """A path as the instructor types it in the folder of the command; one outside of that folder as it is."""
    relative = os.path.relpath(path, here)
    return os.fspath(path) if relative.startswith(os.pardir) else relative


def _document(graded: Graded) -> str:
    """What ``--json`` prints: the figures of the class, and the paths of its files."""
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
        "refused": [dataclasses.asdict(file) for file in results.intake.refused],
        "unmatched": [dataclasses.asdict(file) for file in results.intake.unmatched],
        "strangers": [dataclasses.asdict(stranger) for stranger in results.intake.strangers],
        "moved": results.moved,
        "notes": graded.notes,
        "written": [str(path) for path in graded.written],
    }
    return json.dumps(document, indent=1, ensure_ascii=True)
