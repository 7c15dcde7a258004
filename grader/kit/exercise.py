"""One exercise of a kit, read from its ``exercise.toml`` and the files beside it."""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import KitError
from grader.kit.diagnosis import HINT_STAGES, Diagnosis
from grader.kit.figures import Figure, read_figures
from grader.kit.hidden_tests import HiddenTest, read_hidden_tests
from grader.kit.tables import Table, read_table
from grader.wire import BACKENDS

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
_KEYS = (
    *("id", "title", "summary", "file", "concepts", "level", "minutes", "needs", "backends"),
    *("rules", "hints", "limits", "figures"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one play may use, and from ``total_cpu_seconds`` on what all plays of one submission may use together.

    ``horizon_seconds`` is virtual time. Real time counts only while the play is not waiting for a processor, so that a
    loaded machine ends no play.
    """

    wall_seconds: int = 30
    cpu_seconds: int = 5
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
    needs: tuple[str, ...]
    backends: tuple[str, ...]
    rules: Rules
    hints: Mapping[str, tuple[str, ...]]
    """``general``, and for some diagnoses hints that replace the diagnosis' own."""
    limits: Limits
    tests: tuple[HiddenTest, ...]
    solutions: Path | None
    """The folder of the answers, if the kit has them."""
    figures: tuple[Figure, ...] = ()
    """The pictures in the lesson that are drawn from plays."""

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


def read_exercise(root: Path, name: str, diagnoses: Mapping[str, Diagnosis], limits: Limits) -> Exercise:
    """Read the exercise in the folder of that name. Raises KitError with the file and what is wrong."""
    folder = root / "exercises" / name
    table = read_table(folder / "exercise.toml", known=_KEYS)
    if table.text("id") != name.partition("_")[0]:
        raise table.wrong("id", f"{name.partition('_')[0]!r}, as in the name of the folder")
    solutions = root / "solutions" / name
    exercise = Exercise(
        id=table.text("id"),
        title=table.text("title"),
        summary=table.text("summary"),
        folder=folder,
        file=_read_file(table),
        concepts=table.texts("concepts"),
        level=table.whole("level", least=1),
        minutes=table.whole("minutes", least=1),
        needs=_read_some_of(table, "needs", _NEEDS) if "needs" in table else (),
        backends=_read_backends(table),
        rules=_read_rules(table),
        hints=_read_exercise_hints(table, diagnoses),
        limits=read_limits(table, limits),
        tests=read_hidden_tests(folder / "test_hidden.py", slugs=diagnoses.keys()),
        solutions=solutions if solutions.is_dir() else None,
        figures=read_figures(table),
    )
    for path in (exercise.stub, exercise.lesson, exercise.scenarios):
        if not path.is_file():
            raise KitError(f"{path}: this file is missing", hint="Add it, or correct `file` in exercise.toml.")

    return exercise


def _read_file(table: Table) -> str:
    name = table.text("file")
    module = name.removesuffix(".py")
    if name == module or not module.isidentifier() or module in ("scenarios", "test_hidden"):
        raise table.error("file", f"'file' must be the name of a module, not {name!r}", hint="Name it like `join.py`.")
    if module in sys.stdlib_module_names:
        # Python looks for modules in the script's folder first: a script beside this file would import it instead.
        hint = "Choose another name for the file."
        raise table.error("file", f"'file' has the name of a standard module, {module!r}", hint=hint)
    return name


def _read_backends(table: Table) -> tuple[str, ...]:
    backends = _read_some_of(table, "backends", BACKENDS) if "backends" in table else BACKENDS
    if not backends:
        # A test that runs on no backend cannot fail, and would earn all its points.
        hint = "Name asyncio, trio or both, or leave `backends` out."
        raise table.error("backends", "'backends' is empty", hint=hint)
    return backends


def _read_some_of(table: Table, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    values = table.texts(key)
    if len(set(values)) != len(values) or not set(values) <= set(known):
        raise table.error(key, f"{key!r} must be some of {', '.join(known)}", hint=f"Correct `{key}`.")
    return values


def _read_rules(table: Table) -> Rules:
    entry = table.table("rules", known=("imports", "off_limits"))
    off_limits = entry.texts("off_limits") if "off_limits" in entry else ()
    rules = Rules(imports=entry.texts("imports"), off_limits=off_limits)
    for name in rules.imports:
        if not _IMPORT.fullmatch(name):
            raise entry.error("imports", f"'rules.imports' has {name!r}", hint="Write module names, or `@pure`.")
    for rule in rules.off_limits:
        if not _OFF_LIMITS.fullmatch(rule):
            hint = 'Write "module.name", "module.name(keyword=)" or ".attribute =".'
            raise entry.error("off_limits", f"'rules.off_limits' has {rule!r}", hint=hint)

    return rules


def _read_exercise_hints(table: Table, diagnoses: Mapping[str, Diagnosis]) -> Mapping[str, tuple[str, ...]]:
    entry = table.table("hints", known=(GENERAL_HINTS, *diagnoses))
    return {slug: read_hints(entry, slug) for slug in dict.fromkeys((GENERAL_HINTS, *entry))}


def read_limits(table: Table, defaults: Limits) -> Limits:
    """Read ``[limits]``; a limit that is not named there stays as in ``defaults``."""
    names = [field.name for field in dataclasses.fields(Limits)]
    entry = table.table("limits", known=names)
    return dataclasses.replace(defaults, **{name: entry.whole(name, least=1) for name in names if name in entry})


def read_hints(table: Table, key: str) -> tuple[str, ...]:
    """Read the three stages of a hint."""
    hints = table.texts(key)
    if len(hints) != HINT_STAGES:
        raise table.wrong(key, f"{HINT_STAGES} hints: a question, the idea, nearly the code")
    return hints
