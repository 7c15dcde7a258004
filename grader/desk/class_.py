"""``grade class`` between its arguments and its screen: take in what was handed in, grade it, mark it, write it."""

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
from grader.classroom.found import Layout
from grader.classroom.gradebook import Gradebook, JudgedHandIn, held, put_aside
from grader.classroom.groups import Group
from grader.classroom.handback import HandBack
from grader.classroom.history import histories
from grader.classroom.intake import Intake, take_in
from grader.classroom.marks import ClassResults, Mark, Standing, lowest_level, marks_of, moved, with_earlier
from grader.classroom.pool import ClusterPool, LocalPool, PackedKit, Pool, pack_kit
from grader.classroom.roster import Roster, make_roster, read_roster
from grader.classroom.rules import NAME, ClassRules, read_rules
from grader.classroom.run import ClassOrder, ClassRun, Watch
from grader.classroom.sections import check_sections, of_sections
from grader.classroom.totals import weighed
from grader.desk.class_files import ClassFiles, with_verdicts
from grader.desk.feedback import FeedbackOrder, SendingHome
from grader.errors import ClassroomError, UsageError
from grader.judge.cells import usable_processors
from grader.judge.options import PlayOptions
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit, builtin_root
from grader.policy.submission import KINDS
from grader.reports.dialects import ReportOrder
from grader.reports.views import UNTOUCHED
from grader.sandbox import isolation
from grader.text import counted, nearest

OUT = Path("grade-results")
"""The folder for the results without ``--out``."""
GRADEBOOK = "gradebook.sqlite"
STAGING = ".unpacked-"
"""How the names of folders begin into which submissions are unpacked for the time of a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOptions:
    """What the command line asks for. Paths begin at the folder in which the command works."""

    source: Path
    out: Path
    play_options: PlayOptions
    layout: Layout | None = None
    roster: Path | None = None
    config: Path | None = None
    exercises: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    jobs: int | None = None
    fresh: bool = False
    started: bool = False
    level: int = isolation.FENCED
    cluster: str | None = None
    anonymous: bool = False
    orders: tuple[ReportOrder, ...] = ()
    canvas: Path | None = None
    moodle: tuple[Path, ...] = ()
    feedback: tuple[FeedbackOrder, ...] = ()
    new_gradebook: bool = False
    show: str | None = None
    """The key of a learner whose marks and verdicts are to be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """What ``grade class`` has done: the results, the files it wrote, and notes for the instructor."""

    results: ClassResults
    written: tuple[Path, ...]
    notes: tuple[str, ...]
    shown: ClassResults | None = None
    """The marks of the one learner who was asked for, with their verdicts."""


class ClassDesk:
    """One invocation of ``grade class``."""

    def __init__(self, kit: Kit, options: ClassOptions) -> None:
        self._kit = kit
        self._options = options
        self._notes: list[str] = []

    def grade(self, watch: Watch) -> Graded:
        """Grade the class and write all files. Raises GraderError; verdicts reached by then are in the gradebook."""
        # Mistakes on the command line come first: the instructor must not learn of one after an hour of grading.
        rules, roster, hand_back, out = self._rules, self._roster, self._hand_back(), self._options.out
        with self._writing():
            out.mkdir(parents=True, exist_ok=True)
        with held(out), self._staging() as staging, self._gradebook() as gradebook:
            whole = self._take_in(roster, staging, gradebook)
            intake = of_sections(whole, self._options.sections)
            self._sending_home.check(intake)
            run = ClassRun(self._order(), intake, gradebook, watch)
            left = run.reuse()
            self._notes += _reused(run.reused, left)
            if left:
                with self._pool() as pool:
                    run.grade(pool, self._packed_kit())
            results = self._results(gradebook, intake, run.reused)
            shown = self._shown(results, gradebook)
            files = ClassFiles(out=out, orders=self._options.orders, anonymous=self._options.anonymous)
            written = [*files.write(results, gradebook), *self._fill_in(hand_back, results, gradebook)]
            written += self._send_home(results)
            gradebook.finish(_counted(results.marks))
        self._notes += _why_not_judged(results.marks)
        self._notes += rules.strangers({learner.key: learner.name for learner in whole.learners})
        return Graded(results=results, written=tuple(written), notes=tuple(self._notes), shown=shown)

    def _hand_back(self) -> HandBack:
        """What is filled in for the platform, checked. Raises ClassroomError if it cannot be filled in."""
        hand_back = HandBack(
            out=self._options.out,
            exercises=self._exercises,
            canvas=self._options.canvas,
            moodle=self._options.moodle,
            columns=self._rules.columns,
        )
        hand_back.check()
        return hand_back

    def _fill_in(self, hand_back: HandBack, results: ClassResults, gradebook: Gradebook) -> Iterator[Path]:
        if self._options.canvas or self._options.moodle:
            whole = replace(results, marks=tuple(with_verdicts(results.marks, gradebook)))
            for path, notes in hand_back.write(whole):
                self._notes += notes
                yield path

    def _send_home(self, results: ClassResults) -> Iterator[Path]:
        for sent in self._sending_home.write(results):
            self._notes += filter(None, [sent.note])
            yield from sent.paths

    # ---- what is asked for -------------------------------------------------------------------------------------------

    @cached_property
    def _exercises(self) -> tuple[Exercise, ...]:
        asked = {self._kit.exercise(id).id for id in self._options.exercises}
        return tuple(exercise for exercise in self._kit.exercises if not asked or exercise.id in asked)

    @cached_property
    def _rules(self) -> ClassRules:
        path = self._options.config or self._beside(NAME)
        if path is None:
            return ClassRules()
        return read_rules(path, [exercise.id for exercise in self._kit.exercises], (*self._kit.diagnoses, *KINDS))

    def _beside(self, name: str) -> Path | None:
        source = self._options.source
        path = (source if source.is_dir() else source.parent) / name
        return path if path.is_file() else None

    @cached_property
    def _roster(self) -> Roster | None:
        return read_roster(self._options.roster) if self._options.roster else None

    @cached_property
    def _sending_home(self) -> SendingHome:
        return SendingHome(
            orders=self._options.feedback,
            out=self._options.out,
            exercises=self._exercises,
            worksheets=self._options.moodle,
            named=not self._options.anonymous,
        )

    def _order(self) -> ClassOrder:
        return ClassOrder(
            kit=self._kit,
            exercises=self._exercises,
            options=self._options.play_options,
            level=self._options.level,
            afresh=self._options.fresh,
        )

    @contextmanager
    def _pool(self) -> Iterator[Pool]:
        cluster, jobs = self._options.cluster, self._options.jobs
        pool = ClusterPool(cluster) if cluster else LocalPool(jobs or usable_processors())
        try:
            yield pool
        finally:
            pool.close()

    def _packed_kit(self) -> PackedKit:
        if self._options.cluster:
            return pack_kit(self._kit)
        return PackedKit(root=self._kit.root.resolve(), digest=self._kit.digest)

    # ---- folders -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            hint = "Name a folder that you may write to with --out."
            raise ClassroomError(f"{self._options.out}: {error.strerror}", hint=hint) from error

    @contextmanager
    def _staging(self) -> Iterator[Path]:
        """A folder to unpack into, removed afterwards. It lies beside the results, on a disk that must have room."""
        with self._writing():
            folder = tempfile.TemporaryDirectory(prefix=STAGING, dir=self._options.out)
        with folder as name:
            yield Path(name)

    def _gradebook(self) -> Gradebook:
        path = self._options.out / GRADEBOOK
        if self._options.new_gradebook:
            kept = put_aside(path)
            if kept is not None:
                self._notes.append(f"the gradebook that was there is kept as {kept}")
        return Gradebook(path)

    def _take_in(self, roster: Roster | None, staging: Path, gradebook: Gradebook) -> Intake:
        intake = take_in(
            self._options.source,
            exercises=self._kit.exercises,
            layout=self._options.layout,
            roster=roster,
            staging=staging,
            asked=[exercise.id for exercise in self._exercises],
            groups=(*self._rules.groups, *self._groups_of_worksheets(roster)),
            by_hand=self._rules.files,
            reference=read_roster(self._options.canvas) if self._options.canvas else None,
            earlier=None if roster else make_roster(gradebook.learners(), where=self._options.out / GRADEBOOK),
        )
        self._notes += intake.notes
        check_sections(intake.learners, self._options.sections)
        return replace(intake, unmatched=tuple(file for file in intake.unmatched if file.shown != NAME))

    def _groups_of_worksheets(self, roster: Roster | None) -> Iterator[Group]:
        """The groups that the worksheets to be filled in name, where no roster says who is in the class."""
        for path in self._options.moodle if roster is None else ():
            yield from read_roster(path).groups

    # ---- results -----------------------------------------------------------------------------------------------------

    def _results(self, gradebook: Gradebook, intake: Intake, reused: int) -> ClassResults:
        if self._options.roster is None:  # a roster has the last word on who is in the class
            intake, earlier = with_earlier(intake, gradebook)
            if earlier:
                names = ", ".join(learner.name for learner in earlier[:3]) + (", ..." if len(earlier) > 3 else "")
                self._notes.append(f"{counted(len(earlier), 'learner')} from earlier runs, not in this one: {names}")
        rules = self._rules
        marks = marks_of(intake.learners, self._exercises, gradebook, rules, skips=self._skips)
        marks = weighed(marks, rules.weighing)
        return ClassResults(
            title=self._kit.title,
            kit=self._kit,
            exercises=tuple(exercise.id for exercise in self._exercises),
            intake=intake,
            marks=marks,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            version=__version__,
            isolation=lowest_level(marks),
            schedules=self._options.play_options.schedules,
            reused=reused,
            histories=histories(gradebook.hand_ins()),
            same_files=self._rules.same_files,
            moved=tuple(moved(gradebook.counted(), marks, {learner.key: learner.name for learner in intake.learners})),
            reproduce=(again(self._kit, self._options),),
            remarks=rules.remarks,
            show=shlex.join(["grade", "class", *_words(self._kit, self._options), "--show"]),
        )

    def _shown(self, results: ClassResults, gradebook: Gradebook) -> ClassResults | None:
        """The results of the learner who was asked for alone. Raises UsageError if there is none of that key."""
        key = self._options.show
        if key is None:
            return None
        if key not in results.by_learner:
            near = nearest(key, results.by_learner)
            hint = f"Write `--show {shlex.quote(near)}`." if near else "The keys of all learners stand in grades.csv."
            raise UsageError(f"there is no learner {key!r} in this class", hint=hint)
        return replace(results, marks=tuple(with_verdicts(results.by_learner[key], gradebook)))

    def _skips(self, judged: JudgedHandIn) -> bool:
        """Whether ``--started`` was given and this hand-in is an untouched stub, which then counts as nothing."""
        return self._options.started and judged.verdict.fault == UNTOUCHED


def _reused(reused: int, left: int) -> Iterator[str]:
    if reused and not left:
        yield "nothing is new: every verdict is from the gradebook; `--fresh` grades everything again"
    elif reused:
        yield f"{counted(reused, 'file')} kept the verdict of an earlier run, because nothing about them has changed"


def _why_not_judged(marks: Sequence[Mark]) -> Iterator[str]:
    """A sentence for each reason why files were not judged, the most frequent first."""
    reasons = Counter(
        mark.judged.verdict.trouble for mark in marks if mark.judged and mark.standing is Standing.NOT_JUDGED
    )
    for reason, count in reasons.most_common():
        yield f"{count} not judged: {reason or 'no reason was given'}"


def _counted(marks: Sequence[Mark]) -> dict[tuple[str, str], tuple[float, int]]:
    return {
        (mark.learner, mark.exercise): (mark.raw, mark.judged.verdict_id)
        for mark in marks
        if mark.judged is not None and mark.standing is not Standing.NOT_JUDGED
    }


# ---- the same again --------------------------------------------------------------------------------------------------


def again(kit: Kit, options: ClassOptions) -> str:
    """Return the shell command that grades this class again and gives the same marks.

    It has every option that decides a mark or fills in a file for the platform. The number of processes, their
    computers, feedback and further reports decide neither, so they are left out.
    """
    return shlex.join(["grade", "class", *_words(kit, options), "--fresh"])


def _words(kit: Kit, options: ClassOptions) -> Iterator[str]:
    # The command would take a file named like an option for that option, so such a file is given as a path.
    source = os.fspath(options.source)
    yield f"./{source}" if source.startswith("-") else source
    if kit.root.resolve() != builtin_root().resolve():
        yield from ("--kit", os.fspath(kit.root))
    if options.layout is not None:
        yield from ("--layout", options.layout.value)
    for option, path in (("--roster", options.roster), ("--config", options.config), ("--canvas", options.canvas)):
        if path is not None:
            yield from (option, os.fspath(path))
    yield from _each("--moodle", map(os.fspath, options.moodle))
    yield from _each("--exercise", options.exercises)
    yield from _each("--section", options.sections)
    yield from ("--schedules", str(options.play_options.schedules))
    if options.level != isolation.FENCED:
        yield from ("--allow-level", str(options.level))
    if options.started:
        yield "--started"
    if options.anonymous:
        yield "--anonymous"
    if options.out != OUT:  # the gradebook there holds earlier attempts, which may count
        yield from ("--out", os.fspath(options.out))


def _each(option: str, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (option, value)
