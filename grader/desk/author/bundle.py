"""What of a kit goes into a bundle, and how a bundle is written: a folder, or a zip that is the same every time.

A kit's folder may hold notes, drafts, caches and links. So every file is chosen by name: what is not known here is left
out, and the author is told.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import KitError, WorkspaceError
from grader.files import write_bytes
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit, builtin_root
from grader.kit.pages import FOLDER as PAGES
from grader.kit.pages import pages_in

Files = Mapping[str, bytes]
"""The content of each file by its path in the bundle, with slashes."""

PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp")
PROGRAMS = ("setup.sh", "run_autograder")
"""Names of files that are run."""
HIDDEN_TESTS = ("scenarios.py", "test_hidden.py", "roots.toml")
_OPTIONAL = ("roots.toml",)
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold: the same files make the same zip, whenever it is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Files that are given to somebody together."""

    name: str
    """The path of its folder or zip in the release."""
    files: Files
    next_step: str
    """What to do with it, in one line."""


# ---- what of a kit ---------------------------------------------------------------------------------------------------


def kit_files(kit: Kit) -> Files:
    """The whole of a kit but for its answers: what ``load_kit`` and ``grade`` need. Raises KitError for a link."""
    files = {"exercises/kit.toml": _content(kit.root / "exercises" / "kit.toml")}
    for exercise in kit.exercises:
        for name in ("exercise.toml", *HIDDEN_TESTS):
            path = exercise.folder / name
            if name not in _OPTIONAL or os.path.lexists(path):
                files[f"exercises/{exercise.folder.name}/{name}"] = _content(path)
    files |= {f"exercises/{name}": content for name, content in lesson_files(kit).items()}
    return {**files, **page_files(kit)}


def page_files(kit: Kit) -> Files:
    """The pages of the kit's own diagnoses. Raises KitError for a link."""
    folder = kit.root / "exercises"
    if (folder / PAGES).is_symlink():
        raise KitError(f"{folder / PAGES}: this is a link, and a bundle has none", hint="Put the folder itself there.")
    pages = pages_in(folder)
    return {f"exercises/{PAGES}/{path.name}": _content(path) for path in pages if path.stem in kit.diagnoses}


def lesson_files(kit: Kit) -> Files:
    """The lessons with their pictures, and the stubs: what a learner begins with. Raises KitError for a link."""
    return {
        f"{exercise.folder.name}/{path.relative_to(exercise.folder).as_posix()}": _content(path)
        for exercise in kit.exercises
        for path in (exercise.lesson, exercise.stub, *_pictures(exercise))
    }


def reference_files(kit: Kit) -> Files:
    """The reference answers of a kit, as far as it has any. Raises KitError for a link."""
    return {
        f"solutions/{exercise.folder.name}/{exercise.file}": _content(exercise.reference)
        for exercise in kit.exercises
        if exercise.reference is not None
    }


def left_out(kit: Kit) -> Iterator[str]:
    """The files in ``exercises/`` that no bundle gets, but for caches and hidden ones; a folder ends with a slash."""
    taken = kit_files(kit)
    ours = {PAGES, *(exercise.folder.name for exercise in kit.exercises)}
    for path in _visible(kit.root / "exercises"):
        name = path.relative_to(kit.root).as_posix()
        is_folder = path.is_dir() and not path.is_symlink()
        _, first, *rest = name.split("/")
        if not rest and first not in ours and name not in taken:
            yield f"{name}/" if is_folder else name
        elif rest and first in ours and not is_folder and name not in taken:
            yield name


def _pictures(exercise: Exercise) -> Iterator[Path]:
    return (path for path in _visible(exercise.folder) if path.suffix.lower() in PICTURES and path.is_file())


def _visible(folder: Path) -> Iterator[Path]:
    """Everything below a folder but caches, hidden files and what lies behind a link, in order."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__" and not name.startswith("."))
        yield from (Path(place, name) for name in sorted([*folders, *names]) if not name.startswith("."))


def _content(path: Path) -> bytes:
    # A link could lead to an answer, or to any other file of the author's computer.
    if path.is_symlink():
        raise KitError(f"{path}: this is a link, and a bundle has none", hint="Put the file itself there.")
    try:
        return path.read_bytes()
    except OSError as error:
        hint = "Correct the permissions of the file, or restore it."
        raise KitError(f"{path}: cannot be read: {error.strerror}", hint=hint) from None


# ---- what comes with it ----------------------------------------------------------------------------------------------


def release_file(name: str) -> bytes:
    """The content of a file in ``templates/release/``, byte for byte."""
    return (builtin_root() / "templates" / "release" / name).read_bytes()


def filled(name: str, **values: str) -> bytes:
    """A text of ``templates/release/`` with each ``{{name}}`` replaced by its value."""
    text = release_file(name).decode()
    for key, value in values.items():
        assert f"{{{{{key}}}}}" in text, f"{name} has no {key}"
        text = text.replace(f"{{{{{key}}}}}", value)
    assert "{{" not in text, f"{name} is not filled"
    return text.encode()


def below(folder: str, files: Files) -> Files:
    """The same files in a folder of the bundle."""
    return {f"{folder}/{name}": content for name, content in files.items()}


# ---- writing ---------------------------------------------------------------------------------------------------------


def write_folder(folder: Path, files: Files) -> None:
    """Write a bundle as a folder. Raises WorkspaceError if it cannot be written."""
    for name, content in sorted(files.items()):
        write_bytes(folder / name, (content,), option="DIR")
        if os.path.basename(name) in PROGRAMS:
            _make_executable(folder / name)


def write_zip(path: Path, files: Files) -> None:
    """Write a bundle as a zip. Raises WorkspaceError if it cannot be written."""
    write_bytes(path, (zipped(files),), option="DIR")


def zipped(files: Files) -> bytes:
    """Pack files into a zip whose names are sorted and whose times are fixed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, also where this runs elsewhere: the mode is read as Unix has it
            mode = 0o755 if os.path.basename(name) in PROGRAMS else 0o644
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def _make_executable(path: Path) -> None:
    try:
        path.chmod(0o755)
    except OSError as error:
        hint = "Choose a folder on a disk that has permissions."
        raise WorkspaceError(f"{path}: cannot be made executable: {error.strerror}", hint=hint) from error
