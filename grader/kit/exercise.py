"""One exercise of a kit, read from its ``exercise.toml`` and the files beside it."""

from __future__ import annotations

import ast
import dataclasses
import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.kit.diagnosis import HINTS_EXAMPLE, Diagnosis, read_hints
from grader.kit.faults import Faults
from grader.kit.figures import Figure, read_figures
from grader.kit.hidden_tests import HiddenTest, read_hidden_tests
from grader.kit.parts import Part, problems_of_parts, read_parts
from grader.kit.scenarios import doubled_scenarios, imports_of_grader, unknown_inputs, unused_scenarios
from grader.kit.sources import blanked, read_source, span_of
from grader.kit.tables import Table, read_table
from grader.wire import BACKENDS, PLAIN

PURE = "@pure"
"""The word for the harmless modules of the standard library in ``[rules] imports``."""
GENERAL_HINTS = "general"
"""The hints of an exercise that belong to no diagnosis."""

_DOTTED = r"[^\W\d]\w*(\.[^\W\d]\w*)*"
_IMPORT = re.compile(rf"{PURE}|{_DOTTED}")
_OFF_LIMITS = re.compile(rf"{_DOTTED}(\([^\W\d]\w*=\))?|\.[^\W\d]\w* =")
_NEEDS = ("loopback", "processes")
_WITH_THREADS = (
    *("anyio.from_thread", "anyio.to_interpreter", "anyio.to_thread", "asyncio", "concurrent", "http.server"),
    *("logging.handlers", "multiprocessing", "socketserver", "threading", "_thread"),
)
"""Modules of anyio and of the standard library, with all below them, by which a program starts threads."""
KEYS: Mapping[str, str] = {
    "id": '"ex01"',
    "title": '"timeout"',
    "summary": '"give up in time"',
    "file": '"timeout.py"',
    "concepts": '["deadline", "cancel scope"]',
    "level": "1",
    "minutes": "30",
    "after": '["ex01"]',
    "needs": '["loopback"]',
    "backends": '["asyncio", "trio"]',
    **dict.fromkeys(("rules", "hints", "limits", "figures", "parts"), ""),
}
"""The keys of ``exercise.toml``, each with an example of its value."""
RULES_KEYS: Mapping[str, str] = {
    "imports": '["anyio", "@pure"]',
    "off_limits": '["anyio.gather", "anyio.CancelScope(deadline=)", ".deadline ="]',
}
_IMPORTS = ("anyio", PURE)
"""What may be imported in an exercise whose rules cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one play may use, and from ``total_cpu_seconds`` on what all plays of one submission may use together.

    ``horizon_seconds`` is virtual time. Real time counts only while the play is not waiting for a processor, so that a
    loaded machine ends no play.
    """

    wall_seconds: int = 30
    cpu_seconds: int = 8
    memory_mb: int = 1024
    output_bytes: int = 8192
    file_bytes: int = 65_536
    steps: int = 80_000
    horizon_seconds: int = 1_000_000
    total_cpu_seconds: int = 60
    total_wall_seconds: int = 90
    judging_seconds: int = 25
    """Our own CPU time for reading and judging what came back. The three together keep a submission under 3 minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a submission may import, and what is off limits because it would be the answer.

    ``imports`` are modules, or ``@pure``. ``off_limits`` are dotted names (each forbids everything below it), calls
    with a keyword (``anyio.CancelScope(deadline=)``) and assignments to an attribute (``.deadline =``).
    """

    imports: tuple[str, ...]
    off_limits: tuple[str, ...]

    @property
    def allow_threads(self) -> bool:
        """Whether a submission that keeps the rules may have threads."""
        return any(
            _has_threads(name)
            for name in self.imports
            if not any(f"{name}.".startswith(f"{rule}.") for rule in self.off_limits)
        )


def _has_threads(module: str) -> bool:
    """Whether threads may come with a module; what we do not know may start some."""
    if module == PURE:
        return False
    known = module.partition(".")[0] in ("anyio", *sys.stdlib_module_names)
    return not known or any(f"{module}.".startswith(f"{name}.") for name in _WITH_THREADS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise of a kit."""

    id: str
    title: str
    summary: str
    folder: Path
    file: str
    """The name of the one file that learners hand in."""
    concepts: tuple[str, ...]
    level: int
    minutes: int
    after: tuple[str, ...]
    """The ids of the exercises that teach what this one needs."""
    needs: tuple[str, ...]
    backends: tuple[str, ...]
    """What its tests are run on, and the columns of every table: backends, or ``python`` alone."""
    rules: Rules
    hints: Mapping[str, tuple[str, ...]]
    """``general``, and for some diagnoses hints that replace the diagnosis' own."""
    limits: Limits
    tests: tuple[HiddenTest, ...]
    solutions: Path | None
    """The folder of the answers, if the kit has them."""
    figures: tuple[Figure, ...] = ()
    """The pictures in the lesson that are drawn from plays."""
    parts: tuple[Part, ...] = ()
    """What a long exercise is cut into, in order; none of most."""

    def part_of(self, test: int) -> Part | None:
        """The part to which the hidden test of this number belongs; None if the exercise has no parts."""
        name = next((each.part for each in self.tests if each.number == test), "")
        return next((part for part in self.parts if part.name == name), None)

    @property
    def is_plain(self) -> bool:
        """Whether its scenarios are plain functions, which no event loop runs."""
        return self.backends == (PLAIN,)

    @property
    def module(self) -> str:
        return self.file.removesuffix(".py")

    @property
    def stub(self) -> Path:
        return self.folder / self.file

    @property
    def lesson(self) -> Path:
        return self.folder / "README.md"

    @property
    def scenarios(self) -> Path:
        return self.folder / "scenarios.py"

    @property
    def test_file(self) -> Path:
        return self.folder / "test_hidden.py"

    @property
    def reference(self) -> Path | None:
        """The reference answer; a bundle for learners has none."""
        if self.solutions is None:
            return None
        path = self.solutions / self.file
        return path if path.is_file() else None

    @property
    def other_answers(self) -> tuple[Path, ...]:
        """Right answers besides the reference; a bundle for learners has none."""
        folder = None if self.solutions is None else self.solutions / "right"
        return tuple(sorted(folder.glob("*.py"))) if folder is not None and folder.is_dir() else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadExercise:
    """An exercise as far as it could be read, with a default in place of what could not."""

    exercise: Exercise
    mended: Mapping[Path, str]
    """The text of ``scenarios.py`` and of ``test_hidden.py`` without what is wrong in them, if anything is."""
    left_out: frozenset[str]
    """The names of the functions that are no hidden tests before a fault in them is corrected."""


def read_exercise(
    root: Path,
    name: str,
    diagnoses: Mapping[str, Diagnosis],
    limits: Limits,
    faults: Faults,
    *,
    earlier: Collection[str] = (),
) -> ReadExercise:
    """Read the exercise in the folder of that name, and report all that is wrong with it.

    ``earlier`` are the ids of the exercises that stand before it in the kit.
    """
    folder = root / "exercises" / name
    id, _, title = name.partition("_")
    table = read_table(folder / "exercise.toml", known=KEYS, report=faults.report)
    solutions = root / "solutions" / name
    file, backends = _read_file(table), _read_backends(table)
    exercise = Exercise(
        id=_read_id(table, id),
        title=table.text("title") or title,
        summary=table.text("summary"),
        folder=folder,
        file=file or f"{title}.py",
        concepts=table.texts("concepts"),
        level=table.whole("level", least=1),
        minutes=table.whole("minutes", least=1),
        after=_read_after(table, earlier),
        needs=_read_some_of(table, "needs", _NEEDS) if "needs" in table else (),
        backends=backends,
        rules=_read_rules(table),
        hints=_read_exercise_hints(table, diagnoses),
        limits=read_limits(table, limits),
        tests=(),
        solutions=solutions if solutions.is_dir() else None,
        figures=read_figures(table, backends),
        parts=read_parts(table),
    )
    _check_files(exercise, faults, *([exercise.stub] if file else []))
    kind = ast.FunctionDef if exercise.is_plain else ast.AsyncFunctionDef
    # Whoever grades another exercise need not know of it; the judge says it of this one.
    scenarios = read_source(exercise.scenarios, faults.report, of_statements=faults.remark)
    read = read_hidden_tests(exercise.test_file, slugs=diagnoses.keys(), report=faults.report)
    mended = {}
    if scenarios is not None and (doubled := doubled_scenarios(scenarios, kind=kind)):
        for node in doubled:
            what = f"the scenario `{node.name}` is there twice"
            hint = "Give one of the two another name; Python keeps only the second."
            faults.remark(path=scenarios.path, line=node.lineno, what=what, hint=hint)
        mended[scenarios.path] = blanked(scenarios.text, map(span_of, doubled))
    elif scenarios is not None and scenarios.text != scenarios.written:
        mended[scenarios.path] = scenarios.text
    if read.source is not None and read.mended != read.source.written:
        mended[read.source.path] = read.mended
    if read.source is not None:
        for problem in problems_of_parts(exercise.parts, read.tests):
            faults.report(path=read.source.path, line=problem.line, what=problem.what, hint=problem.hint)
    if scenarios is not None and read.source is not None:
        drawn = [figure.scenario for figure in exercise.figures]
        for problem in (*imports_of_grader(scenarios), *unused_scenarios(scenarios, read.source, drawn, kind=kind)):
            faults.remark(path=scenarios.path, line=problem.line, what=problem.what, hint=problem.hint)
        for problem in unknown_inputs(scenarios, read.source, read.tests):
            faults.remark(path=read.source.path, line=problem.line, what=problem.what, hint=problem.hint)
    exercise = dataclasses.replace(exercise, tests=read.tests)
    return ReadExercise(exercise=exercise, mended=mended, left_out=read.left_out)


def _check_files(exercise: Exercise, faults: Faults, *others: Path) -> None:
    """Report files that are missing and are not read here, and one that pytest would read and nobody else."""
    for path in (exercise.lesson, *others):
        if not path.is_file():
            hint = f"Add it, or correct `file` in exercise.toml: `file = {KEYS['file']}`."
            hint = hint if path == exercise.stub else "Add it: it is the lesson, and says what the code has to do."
            faults.report(path=path, line=1, what="this file is missing", hint=hint)
    refuse_conftest(exercise.folder, faults)


def refuse_conftest(folder: Path, faults: Faults) -> None:
    """Report a ``conftest.py``, with which a hidden test might be another one by pytest than by the judge."""
    path = folder / "conftest.py"
    if path.is_file():
        what = "a kit has no conftest.py: the judge reads fixtures from test_hidden.py alone"
        faults.report(path=path, line=1, what=what, hint="Move its fixtures into test_hidden.py, and delete the file.")


def _read_id(table: Table, id: str) -> str:
    expected = f"{id!r}, as in the name of the folder"
    return table.read("id", lambda value: id if value == id else None, id, expected=expected, example=f'"{id}"')


def _read_file(table: Table) -> str:
    """The name of the file that learners hand in; empty if there is no good one."""
    name = table.text("file")
    module = name.removesuffix(".py")
    if not name:
        return ""
    if name == module or not module.isidentifier() or module in ("scenarios", "test_hidden"):
        hint = f"Name it like this: `file = {KEYS['file']}`."
        table.report("file", f"'file' must be the name of a module, not {name!r}", hint=hint)
        return ""
    if module in sys.stdlib_module_names:
        # Python looks for modules in the script's folder first: a script beside this file would import it instead.
        hint = f'Choose another name for the file: `file = "my_{name}"`.'
        table.report("file", f"'file' has the name of a standard module, {module!r}", hint=hint)
    return name


def _read_after(table: Table, earlier: Collection[str]) -> tuple[str, ...]:
    """The exercises that are done before this one; each must stand before it in the kit."""
    ids = table.texts("after") if "after" in table else ()
    for id in ids:
        if id not in earlier:
            hint = f"Name exercises that kit.toml lists before this one, as in `after = {KEYS['after']}`."
            table.report("after", f"'after' names {id!r}, which is no earlier exercise", hint=hint)
    return tuple(id for id in ids if id in earlier)


def _read_backends(table: Table) -> tuple[str, ...]:
    """The backends on which scenarios are played; an empty list says that they are plain functions."""
    backends = _read_some_of(table, "backends", BACKENDS) if "backends" in table else BACKENDS
    return backends or (PLAIN,)


def _read_some_of(table: Table, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Read a list of some of the words; the default is all of them."""

    def accept(value: object) -> tuple[str, ...] | None:
        words = tuple(word for word in value if word in known) if isinstance(value, list) else ()
        is_good = isinstance(value, list) and len(words) == len(value) == len(set(words))
        return words if is_good else None

    return table.read(key, accept, known, expected=f"some of {', '.join(known)}")


def _read_rules(table: Table) -> Rules:
    entry = table.table("rules", known=RULES_KEYS)
    imports = entry.texts("imports")
    off_limits = entry.texts("off_limits") if "off_limits" in entry else ()
    for name in imports:
        if not _IMPORT.fullmatch(name):
            hint = f"Write module names, or `{PURE}`: `imports = {RULES_KEYS['imports']}`."
            entry.report("imports", f"'rules.imports' has {name!r}", hint=hint)
    for rule in off_limits:
        if not _OFF_LIMITS.fullmatch(rule):
            hint = 'Write "module.name", "module.name(keyword=)" or ".attribute =".'
            entry.report("off_limits", f"'rules.off_limits' has {rule!r}", hint=hint)
    return Rules(
        imports=tuple(name for name in imports if _IMPORT.fullmatch(name)) or _IMPORTS,
        off_limits=tuple(rule for rule in off_limits if _OFF_LIMITS.fullmatch(rule)),
    )


def _read_exercise_hints(table: Table, diagnoses: Mapping[str, Diagnosis]) -> Mapping[str, tuple[str, ...]]:
    entry = table.table("hints", known=dict.fromkeys((GENERAL_HINTS, *diagnoses), HINTS_EXAMPLE))
    return {slug: read_hints(entry, slug) for slug in dict.fromkeys((GENERAL_HINTS, *entry))}


def read_limits(table: Table, defaults: Limits) -> Limits:
    """Read ``[limits]``; a limit that is not named there, or not as it must be, stays as in ``defaults``."""
    examples = {field.name: str(field.default) for field in dataclasses.fields(Limits)}
    entry = table.table("limits", known=examples)
    return dataclasses.replace(defaults, **{name: entry.whole(name, least=1) for name in examples if name in entry})
