"""``grade init``: makes a folder to work in or brings one up to date, with what editors and assistants read there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.desk.delivered import UNWANTED, Change, Delivered, read_delivered
from grader.desk.lastruns import has_changed
from grader.desk.learner import Desk
from grader.desk.whereto import remember
from grader.desk.workspace import STATE, Made, Workspace, best_attempt, find_workspace, read_attempts, writing
from grader.errors import WorkspaceError
from grader.files import replace_file
from grader.judge.verdict import Status
from grader.kit.kit import Kit, builtin_root

AGENTS = "AGENTS.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What the folder gets besides lessons and stubs."""

    agents: bool | None = None
    """Whether coding assistants are asked to tutor; None: as it was the last time, and at first yes."""
    vscode: bool = False
    container: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A pass that says nothing about today: of which exercise, and why."""

    exercise: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A folder to work in, and what was done to it."""

    root: Path
    made: Made
    extras: Made
    """The same for the files that are not of the course."""
    stale: tuple[Stale, ...]


def make(desk: Desk, directory: Path | None, extras: Extras) -> Ready:
    """Make or refresh a workspace. Raises WorkspaceError, and MachineError where a container cannot be described."""
    root, made = desk.create(directory)
    workspace = find_workspace(root)
    assert workspace is not None
    remember(workspace)
    kit = Desk(directory=root, kit=desk.kit_given).kit
    delivered = read_delivered(root / STATE)
    written = _write_extras(workspace, delivered, _files(root, kit, extras, delivered))
    return Ready(root=root, made=made, extras=written, stale=tuple(_stale(workspace, kit, delivered)))


def said(ready: Ready, *, verbose: bool) -> Iterator[str]:
    """What was done, one line each; what has to be read stands last."""
    made, extras = ready.made, ready.extras
    yield from (f"  new      {name}" for name in (*made.written, *extras.written))
    yield from (f"  changed  {name}" for name in (*made.changed, *extras.changed))
    kept = (*made.kept, *extras.kept)
    if verbose:
        yield from (f"  kept     {name}" for name in kept)
    elif kept:
        yield f"  kept     {len(kept)} of your files as they are"
    yield from (f"  saved your copy of {name} as {copy}" for name, copy in made.saved)
    for id in made.newer_stubs:
        yield f"note: the stub of {id} is newer than your file, which stays: `grade reset {id} --diff` compares them"
    for stale in ready.stale:
        yield f"note: the pass of {stale.exercise} {stale.why}: `grade {stale.exercise}` checks it again"


# ---- files that are not of the course --------------------------------------------------------------------------------


def _files(root: Path, kit: Kit, extras: Extras, delivered: Delivered) -> dict[str, bytes]:
    """The files that are wanted, by their path; which are not is noted."""
    files: dict[str, bytes] = {}
    if extras.agents and not (root / AGENTS).exists():
        delivered.files.pop(AGENTS, None)  # as if it had never been deleted or refused
    if delivered.files.get(AGENTS) != UNWANTED if extras.agents is None else extras.agents:
        files[AGENTS] = (builtin_root() / "templates" / "workspace" / AGENTS).read_bytes()
    else:
        delivered.files[AGENTS] = UNWANTED
    # What is made for one of many learners is imported for that one alone.
    if extras.container:
        from grader.desk.container import container_files

        files |= container_files(root, kit)
    if extras.vscode:
        from grader.desk.editor import vscode_files, vscode_files_in_container

        files |= vscode_files_in_container() if extras.container else vscode_files()
    return files


def _write_extras(workspace: Workspace, delivered: Delivered, files: Mapping[str, bytes]) -> Made:
    """Write the files that are missing or as we have put them there; all others are the learner's and stay."""
    root, written, changed, kept = workspace.root, [], [], []
    with writing(root):
        for name, ours in files.items():
            match delivered.change(root, name, ours):
                case Change.NEW if name == AGENTS and delivered.files.get(name, UNWANTED) != UNWANTED:
                    continue  # the learner has deleted it
                case Change.NEW:
                    written.append(name)
                case Change.OURS:
                    changed.append(name)
                case Change.NOTHING:
                    continue
                case _:
                    kept.append(name)
                    continue
            (root / name).parent.mkdir(exist_ok=True)
            replace_file(root / name, [ours])
            delivered.note(name, ours)
        delivered.write(root / STATE)
    return Made(written=tuple(written), changed=tuple(changed), kept=tuple(kept))


# ---- passes of yesterday ---------------------------------------------------------------------------------------------


def _stale(workspace: Workspace, kit: Kit, delivered: Delivered) -> Iterator[Stale]:
    for exercise in kit.exercises:
        try:
            best = best_attempt(read_attempts(workspace, exercise))
        except WorkspaceError:
            continue  # every other command says what is wrong with the file, and this one has nothing to do with it
        if best is None or best.status is not Status.PASS:
            continue
        if [(test.label, test.points) for test in best.tests] != [(test.label, test.points) for test in exercise.tests]:
            yield Stale(exercise=exercise.id, why="is of other tests than there are now")
        elif best.judged_at < delivered.tests.get(exercise.id, ("", ""))[1]:
            yield Stale(exercise=exercise.id, why="is older than its tests, which have changed")
        elif workspace.file_of(exercise).is_file() and has_changed(workspace.file_of(exercise), best):
            yield Stale(exercise=exercise.id, why="is of another file than yours is now")
