"""Proves a kit: the stub fails cleanly, right answers get full marks, every wrong answer fails as its first line says.

The first line of a wrong answer names hidden tests and the diagnosis shown for each:
``# fails: test_a, test_b (serial), test_c (deadlock)``. More may fail. The mistake that a learner must be shown first
is the first diagnosis there, or the one in a line ``# root: DIAGNOSIS`` among the first three. An answer that uses what
is off limits says ``# off-limits: exempt`` in one of its first two lines and is judged all the same; one that needs a
newer anyio than the oldest that is supported says ``# needs: anyio>=4.15`` there, and is passed over where anyio is
older.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError
from grader.judge import engine, kitroots
from grader.judge.engine import versions
from grader.judge.explain.learned import FILE
from grader.judge.kitfault import fault_in, place_in_kit
from grader.judge.kitnames import of_kit_files
from grader.judge.options import EVERYTHING, PlayOptions
from grader.judge.verdict import Outcome, Status, TestResult, Verdict
from grader.kit.exercise import Exercise
from grader.kit.figures import FOLDER
from grader.kit.kit import Kit
from grader.policy import rules
from grader.policy.interface import check_interface
from grader.policy.program import read
from grader.policy.submission import Fault, Submission
from grader.sandbox.box import Box
from grader.text import counted

EXEMPT = "# off-limits: exempt"
RIGHT_ANSWERS = 3
"""How many structurally different right answers an exercise has at least."""

_GROUP = re.compile(r"(?P<tests>\w+(?:, *\w+)*) *\((?P<diagnosis>[a-z0-9-]+)\)")
_NEEDS = re.compile(r"# needs: anyio>=(?P<version>\d+(\.\d+)*)")
# Matched against the whole line, so that a test without its diagnosis is an error and is not passed over.
_FAILS = re.compile(r"# fails: (?P<named>{group}(?:, *{group})*)".format(group=r"\w+(?:, *\w+)* *\([a-z0-9-]+\)"))
_LITTER = frozenset({"__pycache__", ".DS_Store"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One file of a kit, or one exercise as a whole, and what is wrong with it."""

    exercise: str
    subject: str
    summary: str
    problems: tuple[str, ...] = ()


def check(box: Box, kit: Kit, *, options: PlayOptions = EVERYTHING) -> Iterator[Checked]:
    """Check every exercise of a kit, one after the other. Raises KitError as ``grade`` does."""
    for exercise in kit.exercises:
        yield from _check_exercise(box, kit, exercise, options)


def _check_exercise(box: Box, kit: Kit, exercise: Exercise, options: PlayOptions) -> Iterator[Checked]:
    files = _supported_answers(exercise)
    requests = [_stub_request(exercise), *(_request(path, options) for path in files)]
    verdicts = engine.grade(box, kit, exercise, requests)
    yield from _check_kit_files(exercise, verdicts)
    yield _check_stub(exercise, verdicts[0])
    wrong: list[tuple[Path, Verdict]] = []
    for path, verdict in zip(files, verdicts[1:], strict=True):
        if path.parent.name == "wrong":
            wrong.append((path, verdict))
            yield _check_wrong(exercise, path, verdict, kit.diagnoses)
        else:
            yield _check_right(exercise, path, verdict)
    yield _check_whole(exercise, wrong)


def learn(box: Box, kit: Kit, *, options: PlayOptions, echo: Callable[[str], None]) -> None:
    """Grade the wrong answers of a kit, and write down for each exercise which failures follow from which mistake.

    Raises UsageError where too few schedules are asked for: a test may pass then that fails otherwise.
    """
    if not options.complete:
        raise UsageError(f"{FILE} is learned under all schedules", hint="Leave --schedules out.")
    for exercise in kit.exercises:
        wrong = [path for path in _supported_answers(exercise) if path.parent.name == "wrong"]
        verdicts = engine.grade(box, kit, exercise, [_request(path, options) for path in wrong])
        lessons = kitroots.lessons_of(list(zip(wrong, verdicts, strict=True)))
        if lessons:
            kitroots.learn(exercise, lessons)
        echo(f"{exercise.id}  learned from {counted(len(lessons), 'wrong answer')}")


# ---- requests --------------------------------------------------------------------------------------------------------


def answer_requests(exercise: Exercise, options: PlayOptions = EVERYTHING) -> list[engine.Request]:
    """Requests for the reference and all right and wrong answers of an exercise, as the check makes them."""
    return [_request(path, options) for path in _supported_answers(exercise)]


def _supported_answers(exercise: Exercise) -> list[Path]:
    return [path for path in _answers(exercise) if _is_supported(path)]


def _answers(exercise: Exercise) -> list[Path]:
    if exercise.solutions is None or exercise.reference is None:
        return []
    folders = (exercise.solutions / "right", exercise.solutions / "wrong")
    return [exercise.reference, *(path for folder in folders for path in sorted(folder.glob("*.py")))]


def _request(path: Path, options: PlayOptions) -> engine.Request:
    check = _interface_only if _is_exempt(path) else rules.check
    return engine.Request(path=path, shown=_shown(path), options=options, check=check)


def _stub_request(exercise: Exercise) -> engine.Request:
    # Natural order only: what raises NotImplementedError does so under every schedule.
    return engine.Request(
        path=exercise.stub, shown=exercise.stub.name, options=PlayOptions(schedules=1), check=_no_check
    )


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}" if path.parent.name in ("right", "wrong") else path.name


def _is_exempt(path: Path) -> bool:
    return EXEMPT in _first_lines(path)


def _is_supported(path: Path) -> bool:
    needs = [match["version"] for line in _first_lines(path) if (match := _NEEDS.fullmatch(line))]
    installed = dict(versions())["anyio"]
    return all(_numbers(version) <= _numbers(installed) for version in needs)


def _first_lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()[:2]]


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


def _interface_only(taken: Submission, exercise: Exercise, stub: str) -> rules.Findings:
    program = read(taken)
    faults = (program,) if isinstance(program, Fault) else check_interface(program, stub)
    return rules.Findings(faults=faults, look=())


def _no_check(taken: Submission, exercise: Exercise, stub: str) -> rules.Findings:
    return rules.Findings(faults=(), look=())


# ---- what must hold --------------------------------------------------------------------------------------------------


def _check_kit_files(exercise: Exercise, verdicts: Sequence[Verdict]) -> Iterator[Checked]:
    """The scenarios and the hidden tests, if they have a bug: it is said once, and not of each answer that met it."""
    wrong = {place_in_kit(mistake.path, mistake.line): mistake.what for mistake in of_kit_files(exercise)}
    results = (result for verdict in verdicts for test in verdict.tests for result in test.results)
    for place, what in filter(None, (fault_in(result.reason) for result in results)):
        wrong.setdefault(place, f"{what}; no answer can pass a test that meets this line")
    for path in (exercise.scenarios, exercise.test_file):
        problems = [f"{place}: {what}" for place, what in wrong.items() if f"/{path.name}:" in place]
        if problems:
            yield _checked(exercise, path.name, "the kit is at fault", problems)


def _check_stub(exercise: Exercise, verdict: Verdict) -> Checked:
    problems = [f"{test.name} passes on the stub" for test in verdict.tests if test.earned]
    for test in verdict.tests:
        for result in test.results:
            failure = result.failure
            if fault_in(result.reason):
                continue
            if failure is None or failure.diagnosis != "not-written":
                problems.append(f"{test.name} on {result.backend}: the stub does not raise NotImplementedError")
                break
    return _checked(exercise, exercise.stub.name, "the stub fails cleanly", problems)


def _check_right(exercise: Exercise, path: Path, verdict: Verdict) -> Checked:
    problems = [fault.error for fault in verdict.faults]
    for test in verdict.tests:
        for result in test.results:
            if result.outcome is not Outcome.PASS and not fault_in(result.reason):
                why = result.failure.diagnosis if result.failure else result.reason
                seed = f" (--seed {result.failure.schedule})" if result.failure else ""
                problems.append(f"{test.name} on {result.backend}: {why}{seed}")
    if verdict.status is not Status.PASS and not problems and not _meets_fault(verdict):
        problems.append(verdict.trouble or "it was not judged")
    beside = ", the rest was not judged" if _meets_fault(verdict) else ""
    return _checked(exercise, _shown(path), f"{verdict.points:g} points{beside}", problems)


def _meets_fault(verdict: Verdict) -> bool:
    """Whether a bug in the kit kept it from being judged, which stands beside the file that has the bug."""
    return any(fault_in(result.reason) for test in verdict.tests for result in test.results)


def _check_wrong(exercise: Exercise, path: Path, verdict: Verdict, slugs: Collection[str]) -> Checked:
    first = path.read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()
    match = _FAILS.fullmatch(first)
    if match is None:
        return _checked(exercise, _shown(path), "", ["its first line is not `# fails: test_a, test_b (diagnosis)`"])
    problems = [fault.error for fault in verdict.faults]
    tests = {test.name: test for test in verdict.tests}
    if not verdict.faults:
        for name, slug in expectations(match["named"]):
            problems += _check_expectation(tests.get(name), name, slug)
        problems += kitroots.problems_of_root(path, verdict, slugs)
    failed = counted(sum(not test.passed for test in verdict.tests), "test")
    return _checked(exercise, _shown(path), f"{failed} not passed, {verdict.points:g} points", problems)


def _check_expectation(test: TestResult | None, name: str, slug: str) -> list[str]:
    if test is None:
        return [f"there is no hidden test {name}"]
    shown = [result.failure.diagnosis for result in test.results if result.failure is not None]
    if not shown:
        return [] if any(fault_in(result.reason) for result in test.results) else [f"{name} passes"]
    return [] if slug in shown else [f"{name} shows {', '.join(sorted(set(shown)))}, not {slug}"]


def expectations(named: str) -> Iterator[tuple[str, str]]:
    """The pairs of a hidden test and a diagnosis in the first line of a wrong answer."""
    for group in _GROUP.finditer(named):
        for name in group["tests"].split(","):
            yield name.strip(), group["diagnosis"]


def _check_whole(exercise: Exercise, wrong: Sequence[tuple[Path, Verdict]]) -> Checked:
    problems = []
    if exercise.solutions is not None:
        right = len(list((exercise.solutions / "right").glob("*.py")))
        if right < RIGHT_ANSWERS:
            problems.append(f"{right} right answers beside the reference, {RIGHT_ANSWERS} are needed")
        failed = {test.name for _, verdict in wrong for test in verdict.tests if not test.passed}
        problems += [f"no wrong answer fails {test.name}" for test in exercise.tests if test.name not in failed]
        if all(verdict.complete_run for _, verdict in wrong):
            problems += kitroots.problems_of_file(exercise, kitroots.lessons_of(wrong))
    problems += [f"{path} does not belong here" for path in _strangers(exercise)]
    return _checked(exercise, "as a whole", f"{len(exercise.tests)} hidden tests, {len(wrong)} wrong answers", problems)


def _strangers(exercise: Exercise) -> Iterator[Path]:
    """Files and folders that no part of the product reads."""
    read = (exercise.stub, exercise.lesson, exercise.scenarios, exercise.test_file)
    own = {"exercise.toml", FILE, FOLDER, *(path.name for path in read)}
    yield from _besides(exercise.folder, own)
    if exercise.solutions is None:
        return
    yield from _besides(exercise.solutions, {exercise.file, "right", "wrong"})
    for name in ("right", "wrong"):
        folder = exercise.solutions / name
        yield from _besides(folder, {path.name for path in folder.glob("*.py")})


def _besides(folder: Path, names: set[str]) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.iterdir()) if path.name not in names | _LITTER)


def _checked(exercise: Exercise, subject: str, summary: str, problems: Sequence[str]) -> Checked:
    return Checked(exercise=exercise.id, subject=subject, summary=summary, problems=tuple(problems))
