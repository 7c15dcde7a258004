"""Whether the grader names the real mistake: wrong programs whose mistake is known, and what a learner is shown first.

    python benchmarks/diagnoses.py [FILTER]... [--kind kit|learners|mutants]... [--cases DIR] [--schedules 8] [-j 2]
                                   [--unlearned] [--misses] [--class] [--json FILE]

Three kinds of programs are graded: every wrong answer of the kit; the files that beginners write, in
``benchmarks/learners`` or DIR; and mutants of the reference and the right answers (``mutants.py``), each made by one
mistake. ``labelled.py`` says how a file states what is true about it. A mutant with full marks is equivalent and is
left out. A FILTER is a part of a name; several are alternatives.

The table has a row for each kind and each true root: how many programs there are, how often the root is shown first
and says what it must, how often another true diagnosis is, how often any failed test has the root, and how often
something false is shown. False is a diagnosis that is neither the root nor listed as true as well, words that the file
lists as false, no line or another than the file lists, and a help that the rules of the exercise forbid to follow.
``--unlearned`` grades each of the kit's wrong answers without what was learned from it, as an answer that its author
did not foresee: ``roots.toml`` was learned from these answers, and with it the figure says little about others.
``--misses`` prints a line for each program that is not as it should be. ``--class`` makes a class of the kit's wrong
answers, one learner each, and compares how often each root is counted with how often it is true.

Leaves with 1 if the aims are missed: the root first for 97 % of the kit's wrong answers and 90 % of the others, and
nothing false.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from labelled import (  # noqa: E402
    FAULT,
    NOT_JUDGED,
    PASSES,
    Case,
    Kind,
    Truth,
    kit_cases,
    learner_cases,
    mutant_cases,
)

from grader.judge import engine  # noqa: E402
from grader.judge.explain.learned import place, read_learned, written  # noqa: E402
from grader.judge.options import PlayOptions  # noqa: E402
from grader.judge.verdict import Failure, Status, Verdict  # noqa: E402
from grader.kit.exercise import PURE, Rules  # noqa: E402
from grader.kit.kit import load_kit  # noqa: E402
from grader.policy.rules import PURE_MODULES  # noqa: E402
from grader.reports.views import main_finding  # noqa: E402
from grader.sandbox.box import Box  # noqa: E402

AIMS = {Kind.KIT: 0.97, Kind.LEARNERS: 0.9, Kind.MUTANTS: 0.9}
CHUNK = 24
"""Programs that a process grades in one box before it takes the next ones."""

_THREADS = re.compile(r"to_thread|worker thread|run_sync|threading")
_IMPORT = re.compile(r"`(?:import|from) ([a-z_][\w.]*)")


# ---- what is shown ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a verdict shows first."""

    slug: str
    line: int | None = None
    error: str = ""
    help: str = ""
    more: str = ""
    """The exception and what the learner's code returned."""


def first_shown(verdict: Verdict) -> Shown:
    """What the learner sees of a verdict first."""
    for fault in verdict.faults:
        return Shown(slug=f"{FAULT}{fault.kind}", line=fault.line, error=fault.error, help=fault.help)
    failure = _first_failure(verdict)
    if failure is None:
        return Shown(slug=PASSES if verdict.status is Status.PASS else NOT_JUDGED, error=verdict.trouble)
    return Shown(
        slug=failure.diagnosis,
        line=failure.line,
        error=failure.error,
        help=failure.help,
        more=f"{failure.exception}\n{failure.got}",
    )


def _first_failure(verdict: Verdict) -> Failure | None:
    if verdict.root is None:
        finding = main_finding(verdict)
        return None if finding is None else finding.failure
    test = next(test for test in verdict.tests if test.number == verdict.root.test)
    return next(result.failure for result in test.results if result.backend == verdict.root.backend)


def all_named(verdict: Verdict) -> set[str]:
    """The diagnoses of all failures."""
    results = (result for test in verdict.tests for result in test.results)
    named = {result.failure.diagnosis for result in results if result.failure is not None}
    return named | {f"{FAULT}{fault.kind}" for fault in verdict.faults}


# ---- held against the truth ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one program was graded, held against what is true about it."""

    kind: Kind
    exercise: str
    name: str
    truth: str
    shown: str
    line: int | None
    words: str
    first: bool
    also: bool
    """Whether a diagnosis is shown that is true as well."""
    named: bool
    silent: bool
    """Whether the words lack something that they must say."""
    false: tuple[str, ...]

    @property
    def left_out(self) -> bool:
        """Whether the program is no wrong one: an equivalent mutant, or one that may pass and does."""
        return self.shown == PASSES and (self.kind is Kind.MUTANTS or self.also)


def hold(case: Case, verdict: Verdict, rules: Rules) -> Result:
    """Hold what a verdict shows against the truth."""
    shown, truth = first_shown(verdict), case.truth
    silent = bool(truth.says) and not re.search(truth.says, f"{shown.error}\n{shown.help}")
    return Result(
        kind=case.kind,
        exercise=case.exercise,
        name=case.name,
        truth=truth.root,
        shown=shown.slug,
        line=shown.line,
        words=shown.error,
        first=shown.slug in truth.roots and not silent,
        also=shown.slug in truth.also,
        named=not {shown.slug, *all_named(verdict)}.isdisjoint(truth.roots),
        silent=silent,
        false=tuple(_false(shown, truth, rules)),
    )


def _false(shown: Shown, truth: Truth, rules: Rules) -> Iterator[str]:
    """Everything false that is shown, in words."""
    if shown.slug not in truth.slugs:
        yield "diagnosis"
    if truth.never and (said := re.search(truth.never, f"{shown.error}\n{shown.help}\n{shown.more}")):
        yield f"says `{said[0]}`"
    if shown.slug in (PASSES, NOT_JUDGED):
        return
    if truth.lines and shown.line not in truth.lines:
        yield f"line {shown.line}, not {' or '.join(map(str, truth.lines))}"
    elif shown.line is None and not shown.slug.startswith(FAULT):
        yield "no line"
    yield from (f"advises {advice}" for advice in forbidden_advice(shown.help, rules))


def forbidden_advice(help: str, rules: Rules) -> Iterator[str]:
    """What a help tells to do and the rules of the exercise forbid."""
    if not rules.allow_threads and (threads := _THREADS.search(help)):
        yield threads[0]
    yield from (name for name in rules.off_limits if "(" not in name and not name.startswith(".") and name in help)
    for module in _IMPORT.findall(help):
        pure = PURE in rules.imports and module in PURE_MODULES
        if not pure and not any(f"{module}.".startswith(f"{name}.") for name in rules.imports):
            yield f"import {module}"


# ---- grading ---------------------------------------------------------------------------------------------------------


def cases_of(kinds: Sequence[Kind], folder: Path, options: PlayOptions, filters: Sequence[str]) -> list[Case]:
    """The programs of these kinds whose names have one of the filters in them."""
    cases: list[Case] = []
    for exercise in load_kit(ROOT).exercises:
        if Kind.KIT in kinds:
            cases += kit_cases(exercise, options)
        if Kind.LEARNERS in kinds:
            cases += learner_cases(exercise, folder, options)
        if Kind.MUTANTS in kinds:
            cases += mutant_cases(exercise, options)
    return [case for case in cases if not filters or any(part in f"{case.exercise}/{case.name}" for part in filters)]


def grade_all(
    cases: Sequence[Case], processes: int, grade: Callable[[Sequence[Case]], list[Result]]
) -> Iterator[Result]:
    """Grade in several processes, a box each; the results come as they are there."""
    by_exercise: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_exercise[case.exercise].append(case)
    # The last exercise has the slowest programs, so it goes first.
    groups = [by_exercise[exercise] for exercise in sorted(by_exercise, reverse=True)]
    chunks = [group[start : start + CHUNK] for group in groups for start in range(0, len(group), CHUNK)]
    with ProcessPoolExecutor(processes) as executor:
        for done in as_completed(executor.submit(grade, chunk) for chunk in chunks):
            yield from done.result()


def grade_some(cases: Sequence[Case]) -> list[Result]:
    """Grade programs of one exercise."""
    kit = load_kit(ROOT)
    exercise = kit.exercise(cases[0].exercise)
    with Box() as box:
        verdicts = engine.grade(box, kit, exercise, [case.request for case in cases])
    return [hold(case, verdict, exercise.rules) for case, verdict in zip(cases, verdicts, strict=True)]


def grade_unlearned(cases: Sequence[Case]) -> list[Result]:
    """Grade programs of one exercise, those of the kit each without the lesson that was learned from it."""
    kit = load_kit(ROOT)
    exercise = kit.exercise(cases[0].exercise)
    lessons = read_learned(exercise).lessons
    results = []
    with Box() as box, TemporaryDirectory() as folder:
        copy = replace(exercise, folder=Path(shutil.copytree(exercise.folder, Path(folder) / exercise.folder.name)))
        for case in cases:
            others = [lesson for lesson in lessons if case.kind is not Kind.KIT or lesson.file != Path(case.name).name]
            place(copy).write_text(written(others))
            (verdict,) = engine.grade(box, kit, copy, [case.request])
            results.append(hold(case, verdict, exercise.rules))
    return results


# ---- reporting -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the table."""

    name: str
    cases: int
    first: int
    also: int
    named: int
    false: int

    @property
    def share(self) -> float:
        return self.first / self.cases if self.cases else 1.0


def row(name: str, results: Iterable[Result]) -> Row:
    """Count results, without those that are left out."""
    counted = [result for result in results if not result.left_out]
    return Row(
        name=name,
        cases=len(counted),
        first=sum(result.first for result in counted),
        also=sum(result.also for result in counted),
        named=sum(result.named for result in counted),
        false=sum(bool(result.false) for result in counted),
    )


def table(results: Sequence[Result]) -> list[Row]:
    """A row for each kind, followed by a row for each root of that kind."""
    rows = []
    for kind in Kind:
        of_kind = [result for result in results if result.kind is kind]
        if of_kind:
            rows.append(row(kind.value, of_kind))
            roots = sorted({result.truth for result in of_kind if not result.left_out})
            rows += [row(f"  {root}", [result for result in of_kind if result.truth == root]) for root in roots]
    return rows


def print_table(rows: Iterable[Row]) -> None:
    print(f"{'':<46}{'cases':>7}{'first':>7}{'':>6}{'also':>7}{'named':>7}{'false':>7}")
    for each in rows:
        counts = f"{each.cases:>7}{each.first:>7}{each.share:>6.0%}{each.also:>7}{each.named:>7}{each.false:>7}"
        print(f"{each.name:<46}{counts}")


def miss(result: Result) -> str:
    """One line on a program that is not graded as it should be."""
    why = [*result.false, *(["does not say what it must"] if result.silent else [])]
    shown = f"{result.shown}:{result.line}" if result.line is not None else result.shown
    words = " ".join(result.words.split())[:60]
    return f"{result.exercise}/{result.name}: {result.truth}, shown {shown} | {words} | {'; '.join(why)}"


def agreement(results: Iterable[Result]) -> dict[str, float]:
    """For each exercise, the share of a class of wrong answers in which the counts of roots are the true ones."""
    shares = {}
    by_exercise: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_exercise[result.exercise].append(result)
    for exercise, of_class in sorted(by_exercise.items()):
        true, shown = Counter(one.truth for one in of_class), Counter(one.shown for one in of_class)
        shares[exercise] = (true & shown).total() / len(of_class)
    return shares


def aims_missed(results: Sequence[Result]) -> list[str]:
    """What is not as it should be on the whole."""
    missed = []
    for kind, aim in AIMS.items():
        total = row(kind.value, [result for result in results if result.kind is kind])
        if total.share < aim:
            missed.append(f"{kind.value}: the root comes first for {total.share:.1%}, not {aim:.0%}")
        if total.false:
            missed.append(f"{kind.value}: something false is shown {total.false} times")
    return missed


def main(arguments: Sequence[str] | None = None) -> int:
    """Grade what the command line asks for, and print how it went."""
    asked = _parser().parse_args(arguments)
    kinds = [Kind(kind) for kind in asked.kind or Kind]
    cases = cases_of(kinds, asked.cases, PlayOptions(schedules=asked.schedules), asked.filters)
    results = []
    grade = grade_unlearned if asked.unlearned else grade_some
    for count, result in enumerate(grade_all(cases, asked.processes, grade), start=1):
        results.append(result)
        print(f"\r{count} of {len(cases)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    results.sort(key=lambda result: (list(Kind).index(result.kind), result.exercise, result.name))
    print_table(table(results))
    print(f"left out because they pass: {sum(result.left_out for result in results)}")
    if asked.of_class:
        for exercise, share in agreement(result for result in results if result.kind is Kind.KIT).items():
            print(f"class of wrong answers, {exercise}: the counts of roots agree for {share:.0%}")
    if asked.misses:
        wrong = (result for result in results if not result.left_out and (result.false or not result.first))
        print(*map(miss, wrong), sep="\n")
    if asked.json:
        asked.json.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n")
    missed = aims_missed(results)
    print(*missed, sep="\n")
    return 1 if missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("filters", nargs="*", metavar="FILTER")
    parser.add_argument("--kind", action="append", choices=[kind.value for kind in Kind])
    parser.add_argument("--cases", type=Path, default=ROOT / "benchmarks" / "learners", metavar="DIR")
    parser.add_argument("--schedules", type=int, default=8)
    parser.add_argument("-j", "--processes", type=int, default=2)
    parser.add_argument("--unlearned", action="store_true")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--class", dest="of_class", action="store_true")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
