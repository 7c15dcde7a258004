"""``grade run`` between its arguments and its screen: grade the exercises, store the attempts, write the reports.

``RunDesk`` grades and stores. ``Outlets`` are the places where verdicts go besides the screen: reports for other
programs, GitHub's pages, a trace. A wrong ``--report`` is refused before grading; all are written after the screen.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grader.desk.lastruns import LastRuns, state_folder
from grader.desk.learner import Desk, standing_with
from grader.desk.standing import Standings
from grader.desk.whereto import remember
from grader.desk.workspace import Workspace, add_attempts, names_beside
from grader.errors import MachineError, UsageError, WorkspaceError, do_all
from grader.files import write_file
from grader.judge.kitfault import fault_in
from grader.judge.options import EVERYTHING, PlayOptions
from grader.judge.progress import NOBODY, Onlooker
from grader.judge.verdict import STOPPED, Status, Verdict
from grader.kit.exercise import Exercise
from grader.reports.views import UNTOUCHED, Command, findings, is_untouched, reasons_not_judged

# reports.dialects and reports.github are imported inside functions, so that a learner at a terminal does not wait for
# an XML library.
if TYPE_CHECKING:
    from grader.classroom.marks import ClassResults
    from grader.judge.engine import Request
    from grader.judge.parallel import Work
    from grader.reports.dialects import ReportOrder
    from grader.sandbox.box import Box

ACTIONS = "GITHUB_ACTIONS"
SUMMARY = "GITHUB_STEP_SUMMARY"
OUTPUT = "GITHUB_OUTPUT"
REPOSITORY = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Variables in which GitHub and GitLab give the repository's folder. Paths that they link to begin there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Which file to grade (None: the learner's own), and what of the exercise to play."""

    file: Path | None = None
    play_options: PlayOptions = EVERYTHING


class RunDesk:
    """One invocation of ``grade run``: a desk, and the options that say what to grade."""

    def __init__(self, desk: Desk, options: RunOptions) -> None:
        self._desk = desk
        self._options = options

    def grade(self, box: Box, exercises: Sequence[Exercise], onlooker: Onlooker = NOBODY) -> tuple[Verdict, ...]:
        """Grade the learner's files, in the sight of an onlooker who may end it; then return what is known.

        Raises UsageError, before any file is played, for an unknown test or backend.
        """
        if self._options.file is not None and len(exercises) != 1:
            raise UsageError("--file goes with one exercise", hint="Name the exercise, as in `grade ex01 --file PATH`.")
        for exercise in exercises:
            self._check(exercise)
        works = [(exercise, self.request(exercise)) for exercise in exercises]
        if len(works) == 1:
            return (self._grade_alone(box, *works[0], onlooker),)
        return self._grade_several(box, works, onlooker)

    def _grade_alone(self, box: Box, exercise: Exercise, request: Request, onlooker: Onlooker) -> Verdict:
        from grader.judge import engine
        from grader.judge.cells import usable_processors

        processors = usable_processors()
        (verdict,) = engine.grade(box, self._desk.kit, exercise, [request], processors=processors, onlooker=onlooker)
        return verdict

    def _grade_several(self, box: Box, works: Sequence[Work], onlooker: Onlooker) -> tuple[Verdict, ...]:
        """Grade what is written in as many processes as there are processors; here, if there is nothing to share."""
        from grader.judge import parallel
        from grader.judge.cells import usable_processors

        kit, processors = self._desk.kit, usable_processors()
        shared = [place for place, work in enumerate(works) if parallel.is_written(*work)]
        workers = min(processors, len(shared))
        if workers < 2:
            shared = []
        known = parallel.grade_in_parallel(
            kit, [works[place] for place in shared], onlooker, workers=workers, processors=processors // max(workers, 1)
        )
        verdicts = {shared[place]: verdict for place, verdict in known}
        for place, work in enumerate(works):
            if place not in verdicts:
                verdicts[place] = parallel.graded(box, kit, *work, processors=processors, onlooker=onlooker)
        return tuple(verdicts[place] for place in range(len(works)))

    def outlets(
        self, exercises: Sequence[Exercise], reports: Sequence[str], trace: Path | None, environment: Mapping[str, str]
    ) -> Outlets:
        """Where the verdicts go besides the screen. Raises UsageError and MachineError if one cannot be written."""
        directory, workspace = self._desk.directory, self._desk.workspace
        return Outlets(
            orders=report_orders(reports, len(exercises), directory, environment),
            home=workspace.root if workspace and self._options.file is None else directory,
            environment=environment,
            trace=trace and directory / trace,
        )

    def _check(self, exercise: Exercise) -> None:
        asked = self._options.play_options
        unknown = [number for number in asked.tests if number > len(exercise.tests)]
        if unknown:
            hint = f"It has tests 1 to {len(exercise.tests)}."
            raise UsageError(f"{exercise.id} has no test {unknown[0]}", hint=hint)
        for backend in set(asked.backends) - set(exercise.backends):
            hint = f"Leave --backend out; its tests run on: {', '.join(exercise.backends) or 'none'}."
            raise UsageError(f"{exercise.id} does not run on {backend}", hint=hint)

    def request(self, exercise: Exercise) -> Request:
        """What is graded of an exercise: the file of ``--file``, or the learner's own."""
        from grader.judge.engine import Request
        from grader.judge.exempt import check_for

        desk, options = self._desk, self._options
        path = desk.file_of(exercise) if options.file is None else desk.directory / options.file
        return Request(
            path=path,
            shown=desk.workspace.shown(path) if desk.workspace and options.file is None else str(options.file),
            options=options.play_options,
            check=check_for(exercise, path),
            beside=names_beside(path) if options.file is None else (),
        )

    def store(self, verdicts: Sequence[Verdict]) -> None:
        """Store complete verdicts on the learner's own files, and for hints the last of all others.

        Raises WorkspaceError if an attempt cannot be written.
        """
        desk, file = self._desk, self._options.file
        if file is not None:
            for verdict in verdicts:
                if verdict.status is not Status.NOT_JUDGED or findings(verdict):
                    LastRuns(state_folder(desk.workspace)).keep(desk.directory / file, verdict)
        elif desk.workspace is not None:
            self._store_own(desk.workspace, verdicts)

    def _store_own(self, workspace: Workspace, verdicts: Sequence[Verdict]) -> None:
        remember(workspace)
        complete = [verdict for verdict in verdicts if verdict.complete_run]
        standings = Standings(workspace.root)
        known = {verdict.exercise: standings.of(verdict.exercise) for verdict in complete}
        add_attempts(workspace, complete)
        for verdict in complete:
            if (before := known[verdict.exercise]) is not None:  # else it is found out when it is asked for
                standings.put(verdict.exercise, standing_with(before, verdict))
        standings.write()
        # A hint belongs to the failure that the screen has shown, also after a run of some tests.
        runs = LastRuns(state_folder(workspace))
        for verdict in verdicts:
            path = workspace.file_of(self._desk.kit.exercise(verdict.exercise))
            if verdict.complete_run:
                runs.forget(path, verdict.exercise)
            elif findings(verdict):
                runs.keep(path, verdict)

    def proposed(self, verdicts: Sequence[Verdict]) -> tuple[Command, ...] | None:
        """What the learner types next; None where the verdicts alone tell."""
        if len(verdicts) != 1:
            return None
        verdict, reasons = verdicts[0], reasons_not_judged(verdicts[0])
        exercise = self._desk.kit.exercise(verdict.exercise)
        if any(fault_in(reason) for reason in reasons):
            return (Command(line=self._desk.check_of_kit(), does="what its author has to correct"),)
        if verdict.status is Status.NOT_JUDGED and STOPPED not in reasons:
            return None
        if self._options.file is not None:
            return self._after_file(verdict, exercise, self._options.file)
        if STOPPED in reasons:
            return (Command(line=f"grade {exercise.id}", does="check it again, to the end"),)
        if is_untouched(verdict):
            return (
                self._desk.lesson_of(exercise),
                Command(line=f"grade {exercise.id}", does="check what you have written"),
            )
        return None

    def _after_file(self, verdict: Verdict, exercise: Exercise, file: Path) -> tuple[Command, ...]:
        """What to type after a verdict on a file of ``--file``: the same options lead to the same file."""
        if verdict.status is Status.PASS:
            return ()
        again = Command(line=self._desk.typed("run", exercise, file), does="check it again")
        if not findings(verdict):
            return (again,)
        return (Command(line=self._desk.typed("hint", exercise, file), does="a hint"), again)


def only_begun(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts on exercises that the learner has begun. Raises WorkspaceError if there is none."""
    not_begun = {UNTOUCHED, "missing"}
    begun = tuple(verdict for verdict in verdicts if not_begun.isdisjoint(fault.kind for fault in verdict.faults))
    if not begun:
        hint = f"Write the answer to {verdicts[0].exercise}, or leave --started out."
        raise WorkspaceError("nothing was judged: no exercise has been started", hint=hint)
    return begun


# ---- outlets ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlets:
    """The files to write for one run, and the environment that says whether GitHub or GitLab reads them.

    ``home`` is the folder at which the file path in a verdict begins.
    """

    orders: tuple[ReportOrder, ...]
    home: Path
    environment: Mapping[str, str]
    trace: Path | None = None

    def annotate(self, verdicts: tuple[Verdict, ...], echo: Callable[[str], None]) -> None:
        """Print the annotations of a GitHub workflow's step; do nothing elsewhere."""
        if on_actions(self.environment):
            from grader.reports import github

            for command in github.annotation_commands(self._placed(verdicts)):
                echo(command)

    def write(self, verdicts: tuple[Verdict, ...]) -> None:
        """Write reports, trace, the step's summary and output: all that can be; then raise the first GraderError."""
        placed = self._placed(verdicts)
        writers = (self._write_reports, self._write_trace, self._write_summary, self._write_output)
        do_all(partial(write, placed) for write in writers)

    def _write_reports(self, verdicts: tuple[Verdict, ...]) -> None:
        if self.orders:
            from grader.reports import dialects

            dialects.write_run(self.orders, verdicts, self.environment)

    def _write_trace(self, verdicts: tuple[Verdict, ...]) -> None:
        if self.trace is not None:
            from grader.reports import perfetto

            write_file(self.trace, perfetto.trace_events(verdicts), option="--trace FILE")

    def _write_summary(self, verdicts: tuple[Verdict, ...]) -> None:
        if on_actions(self.environment):
            from grader.reports import github

            append_summary(github.run_summary(verdicts), self.environment)

    def _write_output(self, verdicts: tuple[Verdict, ...]) -> None:
        # What reads the output takes it for a score, and there is none where something was not judged.
        judged = verdicts and all(verdict.status is not Status.NOT_JUDGED for verdict in verdicts)
        if on_actions(self.environment) and judged:
            from grader.reports import github_classroom

            append_output(github_classroom.output_line(verdicts), self.environment)

    def _placed(self, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
        """The verdicts with file paths from the root of the repository, if GitHub or GitLab names one."""
        root = next((self.environment[name] for name in REPOSITORY if self.environment.get(name)), None)
        if root is None:
            return verdicts
        return tuple(replace(verdict, file=_from(Path(root), self.home, verdict.file)) for verdict in verdicts)


def _from(root: Path, home: Path, file: str) -> str:
    path = os.path.relpath((home / file).resolve(), root.resolve())
    return file if path.startswith("..") else Path(path).as_posix()


def report_orders(
    reports: Sequence[str], exercises: int, directory: Path, environment: Mapping[str, str]
) -> tuple[ReportOrder, ...]:
    """Read the values of ``--report``, before anything is graded. Raises UsageError and MachineError."""
    if not reports:
        return ()
    from grader.reports import dialects

    orders = tuple(dialects.read_order(text, directory=directory) for text in reports)
    dialects.check_for_run(orders, exercises, environment)
    return orders


# ---- GitHub ----------------------------------------------------------------------------------------------------------


def on_actions(environment: Mapping[str, str]) -> bool:
    """Whether this is a step of a workflow on GitHub."""
    return environment.get(ACTIONS) == "true"


@contextmanager
def guarded(echo: Callable[[str], None], environment: Mapping[str, str]) -> Iterator[None]:
    """Keep GitHub from obeying learners' text that is printed meanwhile; do nothing elsewhere."""
    if not on_actions(environment):
        yield
        return
    from grader.reports import github

    silence = github.silence()
    echo(silence.begin)
    try:
        yield
    finally:
        echo(silence.end)


def summarise_class(results: ClassResults, environment: Mapping[str, str]) -> None:
    """Add the figures of a class to the summary of a GitHub workflow's step; do nothing elsewhere."""
    if on_actions(environment):
        from grader.reports import github

        append_summary(github.class_summary(results), environment)


def append_summary(summary: str, environment: Mapping[str, str]) -> None:
    """Add to the summary of a GitHub workflow's step, as far as there is room. Raises MachineError."""
    name = environment.get(SUMMARY)
    if not name:
        return
    from grader.reports import github

    try:
        with Path(name).open("a", encoding="utf-8", errors="backslashreplace") as file:
            # An earlier command of the step may have written there. GitHub drops a summary that is too long altogether.
            file.write(github.cut_to(summary, github.MAX_SUMMARY - file.tell()))
    except OSError as error:
        hint = f"Set {SUMMARY} to a file that can be written."
        raise MachineError(f"{name}: {error.strerror or error}", hint=hint) from error


def append_output(line: str, environment: Mapping[str, str]) -> None:
    """Set an output of a GitHub workflow's step. Raises MachineError."""
    name = environment.get(OUTPUT)
    if not name:
        return
    try:
        with Path(name).open("a", encoding="ascii") as file:
            file.write(line)
    except OSError as error:
        hint = f"Set {OUTPUT} to a file that can be written."
        raise MachineError(f"{name}: {error.strerror or error}", hint=hint) from error
