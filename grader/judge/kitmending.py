"""Makes an exercise with faults one that can be judged, so that one run finds all that is wrong with it.

What the reading of the kit has left out of ``scenarios.py`` and ``test_hidden.py``, and a stub that Python cannot read,
are missing in a copy of the exercise in a temporary folder. Lines keep their numbers, and ``Mended.place`` gives the
original file for one of the copy. What follows from a fault that is reported already is not to be reported again:
``left_out`` has the hidden tests about which nothing can be said, and ``judgeable`` says whether anything can be
played.
"""

from __future__ import annotations

import ast
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import KitError
from grader.judge.exempt import check_of_answer
from grader.judge.explain.learned import place as place_of_lessons
from grader.judge.explain.learned import read_learned
from grader.judge.kitnames import functions_that_use, of_kit_files, scenarios_played
from grader.kit.exercise import Exercise
from grader.kit.faults import KitFault
from grader.kit.kit import ReadKit
from grader.kit.tables import read_text
from grader.policy import submission
from grader.policy.interface import check_interface
from grader.policy.program import Program
from grader.policy.program import read as read_program
from grader.policy.submission import Fault

_FUNCTION = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
_LINE_OF_TOML = re.compile(r"\(at line (\d+), ")
_OF_INTERFACE = ("name-missing", "parameters", "not-async")
_NAMELESS = re.compile(r"is there twice|is meant as a hidden test")
_PLACED = re.compile(r"(?P<path>.+?):(?P<line>\d+): (?P<what>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """An exercise as it can be judged."""

    exercise: Exercise
    """The one to judge; its folder may be a copy, which goes when the check of the exercise is over."""
    original: Exercise
    known: tuple[KitFault, ...]
    """What the reading of the kit has found, of whatever exercise."""
    faults: tuple[KitFault, ...]
    """What was found on the way, beyond that."""
    left_out: frozenset[str]
    """Functions of hidden tests that cannot be judged through a fault that is reported already."""
    stub_is_whole: bool
    judgeable: bool

    @property
    def is_whole(self) -> bool:
        """Whether nothing had to be mended, so that the verdicts are those of the kit."""
        return self.judgeable and not self.left_out

    def leaves_out(self, test: str) -> bool:
        """Whether nothing can be said of a hidden test, by its name."""
        return test.partition("[")[0] in self.left_out

    def is_reported(self, slug: str) -> bool:
        """Whether the reading of the kit has said that it does not know a diagnosis."""
        return any(repr(slug) in fault.what for fault in self.known)

    @property
    def may_have_other_tests(self) -> bool:
        """Whether a hidden test has the name of another one, or of none, so that its own name is not known yet."""
        of_tests = (fault.what for fault in self.known if fault.path == self.original.test_file)
        return any(_NAMELESS.search(what) for what in of_tests)

    def place(self, name: str) -> Path:
        """The file of the kit with this name in the folder of the exercise."""
        return self.original.folder / name


@contextmanager
def mended(exercise: Exercise, read: ReadKit) -> Iterator[Mended]:
    """Make an exercise of a kit judgeable as far as it goes. The copy lives as long as the block."""
    original = _with_file_that_is_there(exercise)
    texts = {path.name: text for path, text in read.mended.items() if path.parent == original.folder}
    stub, lessons = _fault_of_stub(original), _faults_of_lessons(original)
    if stub is not None:
        texts[original.file] = ""
    with tempfile.TemporaryDirectory(prefix="grade-kit-") as folder:
        to_judge = original
        if texts or lessons:
            to_judge = _copied(original, Path(folder), texts, leave_out={fault.path.name for fault in lessons})
        if _has_useless_reference(original, "" if stub is not None else read_text(original.stub)):
            to_judge = replace(to_judge, solutions=None)
        known = {(fault.path, fault.line) for fault in read.faults}
        left_out, names = _between_the_files(original, to_judge)
        found = (*([] if stub is None else [stub]), *lessons, *names)
        yield Mended(
            exercise=to_judge,
            original=original,
            known=read.faults,
            faults=tuple(fault for fault in found if (fault.path, fault.line) not in known),
            left_out=left_out | read.left_out.get(original.test_file, frozenset()),
            stub_is_whole=stub is None,
            judgeable=bool(to_judge.tests) and _is_readable(to_judge),
        )


def _between_the_files(original: Exercise, to_judge: Exercise) -> tuple[frozenset[str], list[KitFault]]:
    """The hidden tests that play a scenario which is left out, and what else does not fit between the two files."""
    if not _is_readable(to_judge):
        return frozenset(_functions(original.test_file)), []
    tests = ast.parse(read_text(to_judge.test_file))
    missing = _functions(original.scenarios) - _functions(to_judge.scenarios)
    if len(_FUNCTION.findall(read_text(to_judge.scenarios))) < len(_FUNCTION.findall(read_text(original.scenarios))):
        # One may be meant that has the name of another, or is no Python down to its name.
        missing |= scenarios_played(tests) - _functions(to_judge.scenarios)
    playing = functions_that_use(tests, missing)
    faults = [replace(fault, path=original.folder / fault.path.name) for fault in of_kit_files(to_judge)]
    return frozenset(playing), [fault for fault in faults if not any(f'"{name}"' in fault.what for name in missing)]


def fault_of(error: KitError, *, otherwise: Path) -> KitFault:
    """The fault that an error of the kit is about; in the file ``otherwise`` if it names none."""
    match = _PLACED.fullmatch(str(error))
    if match is None:
        return KitFault(path=otherwise, line=1, what=str(error).removeprefix(f"{otherwise}: "), hint=error.hint)
    return KitFault(path=Path(match["path"]), line=int(match["line"]), what=match["what"], hint=error.hint)


# ---- what is whole ---------------------------------------------------------------------------------------------------


def _with_file_that_is_there(exercise: Exercise) -> Exercise:
    """The exercise with the one file that can be meant where ``file`` in exercise.toml names none."""
    if exercise.stub.is_file():
        return exercise
    known = {exercise.scenarios.name, exercise.test_file.name}
    names = [path.name for path in exercise.folder.glob("*.py") if path.name not in known]
    return replace(exercise, file=names[0]) if len(names) == 1 else exercise


def _fault_of_stub(exercise: Exercise) -> KitFault | None:
    """Why Python cannot read the stub; of one that is missing, what the reading of the kit says too."""
    taken = submission.take(exercise.stub, limit=exercise.limits.file_bytes)
    program = taken if isinstance(taken, Fault) else read_program(taken)
    if not isinstance(program, Fault):
        return _fault_of_interface(exercise, program)
    what = f"the stub cannot be imported: {program.error}"
    return KitFault(path=exercise.stub, line=program.line or 1, what=what, hint=sentence(program.help))


def _fault_of_interface(exercise: Exercise, stub: Program) -> KitFault | None:
    """Why no right answer can be called as the stub can: it is the stub then that has another interface."""
    if exercise.reference is None or exercise.solutions is None:
        return None
    faults: list[Fault] = []
    for path in (exercise.reference, *sorted((exercise.solutions / "right").glob("*.py"))):
        taken = submission.take(path, limit=exercise.limits.file_bytes)
        answer = taken if isinstance(taken, Fault) else read_program(taken)
        found = () if isinstance(answer, Fault) else check_interface(answer, stub.submission.source)
        differs = [fault for fault in found if fault.kind in _OF_INTERFACE]
        if not differs:
            return None
        faults.append(differs[0])
    if len(faults) == 1:
        return None
    named = (node for node in stub.tree.body if f"`{getattr(node, 'name', '')}`" in faults[0].error)
    line = next((node.lineno for node in named), 1)
    what = f"no right answer has the interface of this stub; of `{exercise.file}` among them: {faults[0].error}"
    hint = "Write the functions of the stub with the names and parameters that they have in the answers."
    return KitFault(path=exercise.stub, line=line, what=what, hint=hint)


def _has_useless_reference(exercise: Exercise, stub: str) -> bool:
    """Whether the reference answer cannot be judged, so that it is no witness of what is the kit's fault.

    ``stub`` is the text of the stub, empty if Python cannot read it.
    """
    if exercise.reference is None:
        return False
    taken = submission.take(exercise.reference, limit=exercise.limits.file_bytes)
    if isinstance(taken, Fault):
        return True
    return bool(check_of_answer(exercise.reference)(taken, exercise, stub).faults)


def _faults_of_lessons(exercise: Exercise) -> list[KitFault]:
    try:
        read_learned(exercise)
    except KitError as error:
        fault, line = fault_of(error, otherwise=place_of_lessons(exercise)), _LINE_OF_TOML.search(str(error))
        return [replace(fault, line=fault.line if line is None else int(line[1]))]
    return []


def sentence(help: str) -> str:
    """What to do about a fault of a submission, as a sentence of its own."""
    return f"{help[:1].upper()}{help[1:].rstrip('.')}."


def _is_readable(exercise: Exercise) -> bool:
    """Whether Python can read the scenarios and the hidden tests."""
    try:
        for path in (exercise.scenarios, exercise.test_file):
            compile(read_text(path), str(path), "exec", dont_inherit=True)
    except (KitError, SyntaxError, ValueError):
        return False
    return True


# ---- what is left out ------------------------------------------------------------------------------------------------


def _copied(exercise: Exercise, folder: Path, texts: dict[str, str], *, leave_out: Iterable[str]) -> Exercise:
    # Of the same name: pytest names the module of the hidden tests by it.
    copy = folder / "exercises" / exercise.folder.name
    copy.mkdir(parents=True)
    for path in exercise.folder.iterdir():
        if path.is_file() and path.name not in {*leave_out}:
            shutil.copyfile(path, copy / path.name)
    for name, text in texts.items():
        (copy / name).write_text(text, encoding="utf-8")
    return replace(exercise, folder=copy)


def _functions(path: Path) -> set[str]:
    """The functions of a file by name, whether or not Python can read it."""
    try:
        return set(_FUNCTION.findall(read_text(path)))
    except KitError:
        return set()
