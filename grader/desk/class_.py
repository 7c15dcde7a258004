"""What ``grade class`` does between the arguments and the screen: take in, grade, mark, write."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from grader import __version__
from grader.classroom.gradebook import Gradebook, JudgedHandIn, held, put_aside
from grader.classroom.handback import HandBack
from grader.classroom.intake import Intake, take_in
from grader.classroom.layouts.claims import Layout
from grader.classroom.marks import ClassResults, Mark, Standing, lowest_level, marks_of, moved, with_earlier
from grader.classroom.pool import ClusterPool, LocalPool, PackedKit, Pool, local_jobs, pack_kit
from grader.classroom.roster import Roster, read_roster
from grader.classroom.rules import NAME, ClassRules, read_rules
from grader.classroom.run import ClassOrder, ClassRun, Watch
from grader.desk.class_files import ClassFiles, with_verdicts
from grader.errors import ClassroomError
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit, builtin_root
from grader.reports.dialects import ReportOrder
from grader.sandbox import isolation
from grader.text import counted

# ---- class wishes ----------------------------------------------------------------------------------------------------
#
# What the command line of ``grade class`` asks for, and the command that asks for the same again.


OUT = Path("grade-results")
"""Where the results go if nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOptions:
    """What the command line asks for. Paths begin at the folder the command works in."""

    source: Path
    out: Path
    schedules: int
    layout: Layout | None = None
    roster: Path | None = None
    config: Path | None = None
    exercises: tuple[str, ...] = ()
    jobs: int | None = None
    fresh: bool = False
    started: bool = False
    level: int = isolation.FENCED
    cluster: str | None = None
    anonymous: bool = False
    orders: tuple[ReportOrder, ...] = ()
    canvas: Path | None = None
    moodle: tuple[Path, ...] = ()
    new_gradebook: bool = False


def again(kit: Kit, wishes: ClassOptions) -> str:
    """Return the command that grades this class again and gives the same marks, for a shell.

    It has every option that decides a mark or fills a file that goes back to the platform; how many processes work at
    it, on which computers, and what is reported besides make no difference to either.
    """
    return shlex.join(["grade", "class", *_words(kit, wishes)])


def _words(kit: Kit, wishes: ClassOptions) -> Iterator[str]:
    # A file that is called like an option would be taken for one, so it is given as a path.
    source = os.fspath(wishes.source)
    yield f"./{source}" if source.startswith("-") else source
    if kit.root.resolve() != builtin_root().resolve():
        yield from ("--kit", os.fspath(kit.root))
    if wishes.layout is not None:
        yield from ("--layout", wishes.layout.value)
    for option, path in (("--roster", wishes.roster), ("--config", wishes.config), ("--canvas", wishes.canvas)):
        if path is not None:
            yield from (option, os.fspath(path))
    yield from _each("--moodle", map(os.fspath, wishes.moodle))
    yield from _each("--exercise", wishes.exercises)
    yield from ("--schedules", str(wishes.schedules))
    if wishes.level != isolation.FENCED:
        yield from ("--allow-level", str(wishes.level))
    if wishes.started:
        yield "--started"
    if wishes.anonymous:
        yield "--anonymous"
    if wishes.out != OUT:  # earlier attempts, which may count, stand in the gradebook there
        yield from ("--out", os.fspath(wishes.out))
    yield "--fresh"


def _each(option: str, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (option, value)


GRADEBOOK = "gradebook.sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A class that has been graded and written."""

    results: ClassResults
    written: tuple[Path, ...]
    notes: tuple[str, ...]


class ClassDesk:
    """One invocation of ``grade class``."""

    def __init__(self, kit: Kit, wishes: ClassOptions) -> None:
        self._kit = kit
        self._wishes = wishes
        self._notes: list[str] = []

    def grade(self, watch: Watch) -> Graded:
        """Grade the class and write everything. Raises GraderError; what was graded by then is in the gradebook."""
        wishes = self._wishes
        # First whatever may be wrong with the command line: nobody should learn of it after an hour of grading.
        rules, roster = self._rules, self._roster
        files = ClassFiles(out=wishes.out, orders=wishes.orders, anonymous=wishes.anonymous)
        back = HandBack(
            out=wishes.out,
            exercises=self._exercises,
            canvas=wishes.canvas,
            moodle=wishes.moodle,
            columns=rules.columns,
        )
        back.check()
        with self._writing():
            wishes.out.mkdir(parents=True, exist_ok=True)
        with held(wishes.out), self._staging() as staging, self._gradebook() as gradebook:
            intake = self._take_in(roster, staging)
            run = ClassRun(self._order(), intake, gradebook, watch)
            left = run.reuse()
            self._notes += _reused(run.reused, left)
            if left:
                with self._pool() as pool:
                    run.grade(pool, self._packed_kit())
            results = self._results(gradebook, intake, run.reused)
            written = [*files.write(results, gradebook)]
            if wishes.canvas or wishes.moodle:
                for path, notes in back.write(replace(results, marks=tuple(with_verdicts(results.marks, gradebook)))):
                    written.append(path)
                    self._notes += notes
            gradebook.finish(_counted(results.marks))
        self._notes += _why_not_judged(results.marks)
        self._notes += rules.strangers([learner.key for learner in intake.learners])
        return Graded(results=results, written=tuple(written), notes=tuple(self._notes))

    # ---- what is asked for -------------------------------------------------------------------------------------------

    @cached_property
    def _exercises(self) -> tuple[Exercise, ...]:
        asked = {self._kit.exercise(id).id for id in self._wishes.exercises}
        return tuple(one for one in self._kit.exercises if not asked or one.id in asked)

    @cached_property
    def _rules(self) -> ClassRules:
        path = self._wishes.config or self._beside(NAME)
        if path is None:
            return ClassRules()
        return read_rules(path, [exercise.id for exercise in self._kit.exercises])

    def _beside(self, name: str) -> Path | None:
        source = self._wishes.source
        path = (source if source.is_dir() else source.parent) / name
        return path if path.is_file() else None

    @cached_property
    def _roster(self) -> Roster | None:
        return read_roster(self._wishes.roster) if self._wishes.roster else None

    def _order(self) -> ClassOrder:
        return ClassOrder(
            kit=self._kit,
            exercises=self._exercises,
            schedules=self._wishes.schedules,
            level=self._wishes.level,
            afresh=self._wishes.fresh,
        )

    @contextmanager
    def _pool(self) -> Iterator[Pool]:
        wishes = self._wishes
        pool = ClusterPool(wishes.cluster) if wishes.cluster else LocalPool(wishes.jobs or local_jobs())
        try:
            yield pool
        finally:
            pool.close()

    def _packed_kit(self) -> PackedKit:
        if self._wishes.cluster:
            return pack_kit(self._kit)
        return PackedKit(root=self._kit.root.resolve(), digest=self._kit.digest)

    # ---- folders -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            hint = "Name a folder that you may write to with --out."
            raise ClassroomError(f"{self._wishes.out}: {error.strerror}", hint=hint) from error

    @contextmanager
    def _staging(self) -> Iterator[Path]:
        """A folder for what is unpacked. It is made where the results go, which has room, and is removed afterwards."""
        with self._writing():
            folder = tempfile.TemporaryDirectory(prefix=".unpacked-", dir=self._wishes.out)
        with folder as name:
            yield Path(name)

    def _gradebook(self) -> Gradebook:
        path = self._wishes.out / GRADEBOOK
        if self._wishes.new_gradebook:
            aside = put_aside(path)
            if aside is not None:
                self._notes.append(f"the gradebook that was there is kept as {aside}")
        return Gradebook(path)

    def _take_in(self, roster: Roster | None, staging: Path) -> Intake:
        intake = take_in(
            self._wishes.source,
            exercises=self._kit.exercises,
            layout=self._wishes.layout,
            roster=roster,
            staging=staging,
        )
        return replace(intake, unmatched=tuple(one for one in intake.unmatched if one.shown != NAME))

    # ---- results -----------------------------------------------------------------------------------------------------

    def _results(self, gradebook: Gradebook, intake: Intake, reused: int) -> ClassResults:
        if self._wishes.roster is None:  # a roster says who is in the class, and is obeyed
            intake, earlier = with_earlier(intake, gradebook)
            if earlier:
                names = ", ".join(learner.name for learner in earlier[:3]) + (", ..." if len(earlier) > 3 else "")
                self._notes.append(f"{len(earlier)} in the gradebook from earlier runs, and not in this one: {names}")
        marks = marks_of(intake.learners, self._exercises, gradebook, self._rules, skips=self._skips)
        return ClassResults(
            title=self._kit.title,
            kit=self._kit,
            exercises=tuple(exercise.id for exercise in self._exercises),
            intake=intake,
            marks=marks,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            version=__version__,
            isolation=lowest_level(marks),
            schedules=self._wishes.schedules,
            reused=reused,
            moved=tuple(moved(gradebook.counted(), marks, {one.key: one.name for one in intake.learners})),
            reproduce=(again(self._kit, self._wishes),),
        )

    def _skips(self, judged: JudgedHandIn) -> bool:
        """Whether this hand-in is an untouched stub, and such are asked to be passed over."""
        return self._wishes.started and judged.verdict.fault == "untouched"


def _reused(reused: int, left: int) -> Iterator[str]:
    if reused and not left:
        yield "nothing is new: every verdict is from the gradebook; `--fresh` grades everything again"
    elif reused:
        yield f"{counted(reused, 'file')} kept the verdict of an earlier run, as nothing about them has changed"


def _why_not_judged(marks: Sequence[Mark]) -> Iterator[str]:
    """A sentence for every reason why something was not judged, the most frequent first."""
    reasons = Counter(one.judged.verdict.trouble for one in marks if one.judged and one.standing is Standing.NOT_JUDGED)
    for reason, count in reasons.most_common():
        yield f"{count} not judged: {reason or 'no reason was given'}"


def _counted(marks: Sequence[Mark]) -> dict[tuple[str, str], tuple[float, int]]:
    return {
        (one.learner, one.exercise): (one.raw, one.judged.verdict_id)
        for one in marks
        if one.judged is not None and one.standing is not Standing.NOT_JUDGED
    }
