"""The command ``grade kit``: what authors of kits do with them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.cli.options import EXERCISE, SharedOptions, shared_options
from grader.errors import UsageError


@click.group()
@shared_options
def kit() -> None:
    """Make, check and illustrate kits of exercises."""


@kit.command()
@click.argument("words", metavar="[DIR] [EX ...]", nargs=-1)
@click.option("--schedules", type=click.IntRange(1, 100_000), metavar="N", help="How many task schedules at most.")
@click.option("--learn", "learns", is_flag=True, help="Write down what the wrong answers show (roots.toml).")
@click.option("--watch", "watches", is_flag=True, help="Check again whenever a file of the kit is saved.")
@click.option("--thorough", is_flag=True, help="Then try 200 schedules and faults in the references; takes minutes.")
@shared_options
@click.pass_obj
def check(
    shared: SharedOptions,
    words: tuple[str, ...],
    schedules: int | None,
    learns: bool,
    watches: bool,
    thorough: bool,
) -> None:
    """Prove a kit, or some of its exercises: right answers pass, each wrong answer fails as it says."""
    from grader.desk.author import check
    from grader.judge.kitcheck import learn
    from grader.judge.kitthorough import prove
    from grader.judge.options import asked_for
    from grader.kit.kit import load_kit
    from grader.reports.checked import show_checked
    from grader.reports.screen import Screen
    from grader.sandbox.box import Box

    if watches and (learns or shared.json or thorough):
        hint = "Leave it out; `--watch` shows each check on the screen, writes nothing, and is there for quick checks."
        raise UsageError("--watch goes with none of --learn, --json and --thorough", hint=hint)
    root, ids = _root_and_ids(shared, words)
    only = check.folders_of(root, ids)  # before the box starts: a folder without a kit is said at once
    options = asked_for(schedules=schedules)
    more = prove if thorough else check.nothing_more
    with Box() as box:
        if learns:
            learn(box, load_kit(root), options=options, only=only, echo=shared.say)
        if shared.json:
            document, problems = check.check_to_document(box, root, options=options, only=only, prove=more)
            shared.say(document)
            sys.exit(1 if problems else 0)
        show = check.only_problems if shared.quiet else show_checked
        screen = Screen(*shared.screen())
        if watches:
            check.watch(box, root, options=options, only=only, screen=screen, show=show)
        problems = check.check_to_screen(box, root, options=options, only=only, screen=screen, show=show, prove=more)
    sys.exit(1 if problems else 0)


@kit.command()
@click.argument("exercise", metavar="EX")
@click.option("--schedules", type=click.IntRange(1, 100_000), metavar="N", help="How many task schedules at most.")
@shared_options
@click.pass_obj
def show(shared: SharedOptions, exercise: str, schedules: int | None) -> None:
    """Show which hidden tests fail on which wrong answers of an exercise."""
    from grader.desk.author.show import table_of
    from grader.judge.options import asked_for
    from grader.reports import kit_table
    from grader.reports.screen import Screen
    from grader.sandbox.box import Box

    root = _root(shared, None)
    with Box() as box:
        table = table_of(box, root, exercise, options=asked_for(schedules=schedules))
    if shared.json:
        shared.say(kit_table.document(table))
    else:
        kit_table.show_table(Screen(*shared.screen()), table)


@kit.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--exercise", metavar="NAME", help="Make this exercise, such as ex02_retry; in a kit, add it.")
@shared_options
@click.pass_obj
def new(shared: SharedOptions, directory: Path, exercise: str | None) -> None:
    """Make a kit with one exercise that passes its check, or add an exercise to a kit. Nothing is overwritten."""
    from grader.desk.author.new import FIRST, add_exercise, make_kit, said_of
    from grader.kit.kit import is_kit

    shared.text_desk()
    root = shared.directory / directory
    make = add_exercise if exercise is not None and is_kit(root) else make_kit
    shared.say(said_of(make(root, FIRST if exercise is None else exercise), root))


@kit.command()
@click.argument("words", metavar="[DIR] [EX ...]", nargs=-1)
@shared_options
@click.pass_obj
def figures(shared: SharedOptions, words: tuple[str, ...]) -> None:
    """Draw the pictures of the lessons, each from a play that `exercise.toml` declares."""
    from grader.desk.author.figures import draw_all
    from grader.kit.kit import load_kit
    from grader.sandbox.box import Box

    shared.text_desk()
    root, ids = _root_and_ids(shared, words)
    kit = load_kit(root)
    exercises = [kit.exercise(id) for id in ids] if ids else kit.exercises
    with Box() as box:
        draw_all(box, exercises, echo=shared.say)


@kit.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--hidden-tests/--no-hidden-tests",
    "hidden_tests",
    default=True,
    help="Give learners the tests, so that they can check answers themselves (the default), or have them hand in only.",
)
@click.option("--references", is_flag=True, help="Give learners the reference answers, too.")
@click.option(
    "--allow-level",
    type=click.IntRange(0, 3),
    metavar="N",
    help="Let the autograders accept isolation levels down to N (2).",
)
@shared_options
@click.pass_obj
def release(
    shared: SharedOptions, directory: Path, hidden_tests: bool, references: bool, allow_level: int | None
) -> None:
    """Write what you hand out and upload: for learners, Gradescope, GitHub and Classroom 50.

    DIR is a new folder. The kit is that of --kit, or the one in which this folder lies. Wrong and alternative right
    answers stay at home.
    """
    from grader.desk.author.release import ReleaseOptions, described, release
    from grader.kit.kit import load_kit
    from grader.sandbox.isolation import FENCED

    shared.text_desk()
    kit = load_kit(_root(shared, None))
    level = FENCED if allow_level is None else allow_level
    options = ReleaseOptions(hidden_tests=hidden_tests, references=references, allow_level=level)
    released = release(kit, shared.directory / directory, options)
    if not shared.quiet:
        shared.say("\n".join(described(kit, released)))


def _root_and_ids(shared: SharedOptions, words: tuple[str, ...]) -> tuple[Path, tuple[str, ...]]:
    """The folder of the kit, and the exercises that are named after it or alone."""
    names_kit = bool(words) and not EXERCISE.fullmatch(words[0])
    return _root(shared, Path(words[0]) if names_kit else None), words[names_kit:]


def _root(shared: SharedOptions, directory: Path | None) -> Path:
    """The folder of the kit that is meant."""
    from grader.desk.author.place import root_of

    if directory is not None:
        shared.kit = directory
    return root_of(shared.desk())
