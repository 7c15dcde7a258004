"""Begins an exercise again, or one function or class of it: what is lost, where it is kept, and how to undo it."""

from __future__ import annotations

import ast
import difflib
import io
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.desk.workspace import Workspace, put_away, writing
from grader.errors import UsageError, WorkspaceError
from grader.kit.exercise import Exercise
from grader.text import clean, joined, nearest

MAX_COMPARED = 200_000
"""Characters of a file of which a comparison is shown: the time for comparing grows faster than the file."""
MAX_SHOWN = 100_000
BOM = "\ufeff"

_Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """What a reset makes of the learner's file. ``before`` is None where there is no file."""

    exercise: Exercise
    target: Path
    before: bytes | None
    after: bytes

    @property
    def changes(self) -> bool:
        return self.before != self.after


def whole_reset(workspace: Workspace, exercise: Exercise) -> Reset:
    """The reset that puts the whole stub back. Raises WorkspaceError."""
    return _reset(workspace, exercise, _read_bytes(exercise.stub))


def partial_reset(workspace: Workspace, exercise: Exercise, name: str) -> Reset:
    """The reset that puts one function, class or method of the stub back, such as ``join`` or ``Stream.map``.

    Raises UsageError for a name that the stub does not have and for a file that Python cannot read, and WorkspaceError.
    """
    stub = _Source(_read_bytes(exercise.stub).decode("utf-8"))
    ours = stub.span(name)
    if ours is None:
        raise UsageError(f"the stub of {exercise.id} has no `{name}`", hint=_names_said(exercise, name, stub))
    plan = _reset(workspace, exercise, b"")
    if plan.before is None:
        raise UsageError(f"there is no file {exercise.file}", hint=f"Type `grade reset {exercise.id}`.")
    try:
        text = plan.before.decode("utf-8")
        learners = _Source(text.removeprefix(BOM))
        after = text[: len(text) - len(text.removeprefix(BOM))] + learners.with_definition(name, ours, stub)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        where = f" in line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        hint = f"Correct the line, or put all of the stub back with `grade reset {exercise.id}`."
        raise UsageError(f"{exercise.file} is no Python{where}, so `{name}` cannot be found", hint=hint) from None
    return _reset(workspace, exercise, after.encode("utf-8"))


def apply(workspace: Workspace, reset: Reset) -> Path | None:
    """Write the file, and return where the learner's is kept; None where there was none or nothing changes.

    Raises WorkspaceError if the folder cannot be written; then the learner's file is where it was.
    """
    target = reset.target
    if not reset.changes:
        return None
    new = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            # On a full disk this fails, before anything has been moved.
            new.write_bytes(reset.after)
            copy = put_away(workspace.root, target) if os.path.lexists(target) else None
            os.replace(new, target)
        finally:
            new.unlink(missing_ok=True)
    return copy


def difference(reset: Reset, shown: str) -> str:
    """The lines that a reset takes away and those that it brings, as ``diff -u`` shows them; ``shown`` is the path."""
    before = (reset.before or b"").decode("utf-8", "backslashreplace")
    after = reset.after.decode("utf-8", "backslashreplace")
    if len(before) > MAX_COMPARED:
        return f"{shown} has {len(before)} characters, too many to show what would be lost."
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{shown}  your file", f"{shown}  after the reset", lineterm=""
    )
    return clean("\n".join(lines), MAX_SHOWN)


def undo_command(copy: str, target: str) -> str:
    """What the learner types to have the file of before again."""
    return shlex.join(["cp", copy, target]) if os.name == "posix" else f'copy /y "{copy}" "{target}"'


def _reset(workspace: Workspace, exercise: Exercise, after: bytes) -> Reset:
    target = workspace.file_of(exercise)
    there = target.is_file()  # a link that leads nowhere is no file, and is put away like one
    return Reset(exercise=exercise, target=target, before=_read_bytes(target) if there else None, after=after)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WorkspaceError(f"{path}: {error.strerror}", hint="Correct the permissions of the file.") from error


def _names_said(exercise: Exercise, name: str, stub: _Source) -> str:
    names = list(stub.names())
    near = nearest(name, names)
    if near is None:
        return f"It has {joined([f'`{each}`' for each in names if '.' not in each])}."
    return f"Type `grade reset {exercise.id} --only {near}`."


class _Source:
    """A Python file and where its definitions stand. Raises SyntaxError and ValueError for a file that is none."""

    def __init__(self, text: str) -> None:
        # Python ends lines at these three alone; str.splitlines also at a form feed and others.
        self.lines = io.StringIO(text, newline="").readlines()
        self._definitions = dict(_definitions(ast.parse(text), ""))

    def names(self) -> Iterator[str]:
        yield from self._definitions

    def span(self, name: str) -> tuple[int, int] | None:
        """The lines of a definition with its decorators, as a slice; None if there is none of that name."""
        node = self._definitions.get(name)
        if node is None:
            return None
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        return first - 1, node.end_lineno or node.lineno

    def with_definition(self, name: str, ours: tuple[int, int], stub: _Source) -> str:
        """The text with that definition of the stub in place of its own, or at the end of the class or the file."""
        new = stub.lines[slice(*ours)]
        ending = "\r\n" if self.lines and self.lines[0].endswith("\r\n") else "\n"
        new = [line.rstrip("\r\n") + ending for line in new]
        if (own := self.span(name)) is not None:
            return "".join([*self.lines[: own[0]], *new, *self.lines[own[1] :]])
        owner = name.rpartition(".")[0]
        if owner and (around := self.span(owner)) is None:
            return self.with_definition(owner, stub.span(owner) or ours, stub)
        at = around[1] if owner and around else len(self.lines)
        before = self.lines[:at]
        if before and not before[-1].endswith(("\n", "\r")):
            before[-1] += ending
        return "".join([*before, *[ending] * (1 if owner else 2), *new, *self.lines[at:]])


def _definitions(node: ast.AST, owner: str) -> Iterator[tuple[str, _Definition]]:
    """Every function and class at the top of the file and of its classes; of two of a name the last, which counts."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, _Definition):
            name = f"{owner}.{inner.name}" if owner else inner.name
            yield name, inner
            if isinstance(inner, ast.ClassDef):
                yield from _definitions(inner, name)
