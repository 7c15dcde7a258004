"""Finds the files that a class handed in, in a folder, a zip or a tar, and unpacks those needed without trusting any.

A zip is never unpacked under its own names: a file that is needed gets a folder of its own in the staging area, so no
path in an archive, no link and no clash of upper and lower case can reach another file. Files of other kinds, such as
pictures and data, are listed and never unpacked. The folder or zip itself is only read.
"""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.found import METADATA, FoundFile, Gathered, RefusedFile, is_archive, is_tar, shown_path
from grader.classroom.tars import NotATar, repack
from grader.classroom.zips import Member, NotAZip, OpenZip, UnfitMember, open_zip
from grader.errors import ClassroomError, MachineError
from grader.kit.figures import FOLDER

LEAVINGS = frozenset(
    {"__MACOSX", "__pycache__", "node_modules", "venv", "env", "site-packages", "Thumbs.db", "desktop.ini"}
)
"""What systems and tools leave behind, besides names that begin with a dot."""
OURS = frozenset({"README.md", "AGENTS.md", "grade.toml", "grade-report.html", "grade-course"})
"""What the grader itself puts beside the answers in a workspace."""
NOT_HANDED_IN = frozenset({"gradebook.sqlite", "pyvenv.cfg"})
"""A folder with one of these files holds earlier results, or a virtual environment of any name."""

NESTED = 2
"""Zips within zips: an export may hold a zip for each assignment, and that one a zip of a learner's workspace."""
MAX_FILES = 200_000
MAX_MEMBERS = 10_000
"""The most files of a zip in the source. One learner's upload must not keep the class out."""
MAX_TOTAL = 2 << 30
"""Bytes unpacked in all."""
TOTAL_RATIO = 20
FREE_TOTAL = 32 << 20
"""A zip may unpack to so many times its size, or to so many bytes if that is more, or one upload would take the room of
all others."""
MAX_INDEX = 16 << 20
"""Bytes that are read to open the source, nearly all of them its index."""
MAX_INNER_INDEX = 2 << 20
"""The same for a zip in the source. The files of a whole ``site-packages`` take 140 bytes each, so MAX_MEMBERS of them
fit. ``zipfile`` takes 0.3 seconds for a mebibyte of tiny extra fields, three times as long as for ordinary entries
(measured on 3.11): one zip costs less than a second, and not the five seconds of an index of 15 MB."""
MAX_INNER_INDEXES = 16 << 20
"""The same for all zips in one zip together, or the size of that zip if it is larger, as it is where so many honest
indexes are in it. A hostile index packs to less than a hundredth: a zip of 10 MB could hold hundreds of them."""
DEEPEST = 64
"""Folders within folders. A path may have two thousand of them, and Python allows a thousand nested calls."""
MAX_BYTES = {".py": 4 << 20, ".yml": 128 << 20, ".zip": 512 << 20, ".tar": 512 << 20}
"""The most bytes that one file unpacks to, by its kind. Only these kinds are unpacked; ``.tar`` stands for all tars."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,79}")


def gather(source: Path, staging: Path) -> Gathered:
    """Find every file of a folder or a zip; ``staging`` is an existing folder for what has to be unpacked.

    Raises ClassroomError if there is nothing of that name, if it is no zip or if it holds too much, and MachineError
    if the staging area is full. A single file that is not fit to be taken in is refused by name.
    """
    gathering = _Gathering(Path(tempfile.mkdtemp(prefix="unpacked-", dir=staging.resolve())))
    if source.is_dir():
        gathering.folder(source, ())
    elif source.is_file():
        try:
            gathering.archive(source, (), depth=0, max_index=MAX_INDEX)
        except (NotAZip, NotATar) as error:
            kind = "tar archive" if is_tar(source.name) else "zip"
            hint = "Download it again, or unpack it and give the folder."
            raise ClassroomError(f"{source}: this is not a {kind} that can be read: {error}", hint=hint) from error
    else:
        hint = "Give the folder of the submissions, or the zip that the platform exported."
        raise ClassroomError(f"{source}: there is no such folder or zip", hint=hint)
    return gathering.result()


@dataclass(slots=True)
class _Budget:
    """How many bytes one zip may still unpack to, and how many the indexes of the zips in it may still have."""

    left: int
    indexes: int


class _Gathering:
    """One walk through a source, with what it may still unpack."""

    def __init__(self, staging: Path) -> None:
        self._staging = staging
        self._files: list[FoundFile] = []
        self._refused: list[RefusedFile] = []
        self._leavings: set[tuple[str, ...]] = set()
        self._notes: list[str] = []
        self._left = MAX_TOTAL
        self._seen = 0
        self._targets = 0

    def result(self) -> Gathered:
        return Gathered(
            files=tuple(sorted(self._files, key=lambda file: file.parts)),
            refused=tuple(self._refused),
            repositories=frozenset(parts[:-1] for parts in self._leavings if parts[-1] == ".git"),
            leavings=len(self._leavings),
            notes=tuple(self._notes),
        )

    def folder(self, folder: Path, parts: tuple[str, ...]) -> None:
        """Take in a folder that lies at ``parts``; no parts are the source itself."""
        if len(parts) > DEEPEST:
            self._refuse(parts, f"lies in more than {DEEPEST} folders")
            return
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self._refuse(parts, f"cannot be read ({error.strerror})")
            return
        is_ours = any(entry.name in NOT_HANDED_IN for entry in entries) or folder.resolve() == self._staging.parent
        if parts and is_ours:
            self._leavings.add(parts)
            return
        for entry in entries:
            self._entry(entry, (*parts, entry.name))

    def _entry(self, entry: os.DirEntry[str], parts: tuple[str, ...]) -> None:
        self._count(parts)
        if _is_leaving(parts):
            self._leavings.add(parts)
        elif entry.is_symlink():
            self._refuse(parts, "is a link; hand in the file itself")
        elif entry.is_dir(follow_symlinks=False):
            self.folder(Path(entry.path), parts)
        elif not entry.is_file(follow_symlinks=False):
            self._refuse(parts, "is not an ordinary file")
        elif is_archive(entry.name):
            self._inner_archive(Path(entry.path), parts, depth=1, max_index=MAX_INNER_INDEX)
        else:
            self._files.append(FoundFile(parts=parts, path=Path(entry.path)))

    # ---- archives ----------------------------------------------------------------------------------------------------

    def archive(self, path: Path, parts: tuple[str, ...], *, depth: int, max_index: int) -> int:
        """Take in the members of an archive, and return the size of its index.

        Raises NotAZip or NotATar if it cannot be read.
        """
        name = parts[-1] if parts else path.name
        zip_path = self._repacked(path) if is_tar(name) else path
        with open_zip(zip_path, max_index=max_index) as zip:
            if depth and len(zip.members) > MAX_MEMBERS:
                raise NotAZip(f"it holds {len(zip.members)} files")
            if zip.guessed:
                self._notes.append(
                    f"{shown_path((name,))} does not say how its names are encoded; they are read as {zip.guessed}"
                )
            size = zip_path.stat().st_size
            budget = _Budget(left=min(self._left, _room(size)), indexes=max(MAX_INNER_INDEXES, size))
            clashes = _Clashes(zip.members)
            for member in zip.members:
                self._take(zip, member, clashes, parts, budget, depth)
            return zip.index_bytes

    def _take(
        self, zip: OpenZip, member: Member, clashes: _Clashes, parts: tuple[str, ...], budget: _Budget, depth: int
    ) -> None:
        """Unpack a member, or refuse it, or count it among the leavings."""
        if member.astray:
            self._count((*parts, member.name))
            self._refuse((*parts, member.name), member.fault)
            return
        own = tuple(part for part in member.name.split("/") if part not in ("", "."))
        inside = (*parts, *(own or ("(no name)",)))
        self._count(inside)
        ways = (inside[:end] for end in range(len(parts) + 1, len(inside) + 1))
        leaving = next((way for way in ways if _is_leaving(way)), None)
        fault = member.fault or clashes.why(member.name)
        if leaving is not None:
            self._leavings.add(leaving)
        elif fault:
            self._refuse(inside, fault)
        else:
            self._member(zip, member, inside, budget, depth)

    def _inner_archive(self, path: Path, parts: tuple[str, ...], *, depth: int, max_index: int) -> int:
        """Take in an archive in the source, and return how much was read as its index, or may have been."""
        try:
            return self.archive(path, parts, depth=depth, max_index=max_index)
        except (NotAZip, NotATar) as error:
            kind = "tar archive" if isinstance(error, NotATar) else "zip"
            self._refuse(parts, f"is not a {kind} that can be read: {error}")
            return min(max_index, path.stat().st_size)

    def _repacked(self, path: Path) -> Path:
        """A zip with the files of a tar that may be needed. Raises NotATar."""
        target = self._target("tar.zip")
        target.parent.mkdir()
        most = min(self._left, _room(path.stat().st_size))
        try:
            repack(path, target, kinds=MAX_BYTES, most=most, members=MAX_MEMBERS)
        except OSError as error:
            raise _no_room(target, error) from error
        return target

    def _member(self, zip: OpenZip, member: Member, parts: tuple[str, ...], budget: _Budget, depth: int) -> None:
        kind = ".tar" if is_tar(parts[-1]) else os.path.splitext(parts[-1])[1].lower()
        if kind not in MAX_BYTES or (kind == ".yml" and parts[-1] != METADATA):
            self._files.append(FoundFile(parts=parts, path=None))
            return
        if is_archive(parts[-1]) and depth >= NESTED:
            self._refuse(parts, f"is an archive within more than {NESTED} others")
            return
        target = self._target(parts[-1])
        try:
            target.parent.mkdir()
            size = zip.unpack(member, target, most=MAX_BYTES[kind], left=budget.left)
        except UnfitMember as error:
            # Bytes that were unpacked for nothing count for their own zip, and not for the others.
            budget.left -= target.stat().st_size
            target.unlink()
            self._refuse(parts, str(error))
            return
        except OSError as error:
            raise _no_room(target, error) from error
        budget.left -= size
        self._left -= size
        if is_archive(parts[-1]):
            most = min(MAX_INNER_INDEX, budget.indexes)
            budget.indexes -= self._inner_archive(target, parts, depth=depth + 1, max_index=most)
        else:
            self._files.append(FoundFile(parts=parts, path=target))

    def _target(self, name: str) -> Path:
        """The path of a new file for a member, in a folder of its own."""
        # The name is kept where it is harmless, because messages about the file show it.
        safe = name if _PLAIN.fullmatch(name) else f"file{os.path.splitext(name)[1].lower()}"
        self._targets += 1
        return self._staging / f"{self._targets:06}" / safe

    # ---- counting ----------------------------------------------------------------------------------------------------

    def _refuse(self, parts: tuple[str, ...], reason: str) -> None:
        self._refused.append(RefusedFile(parts=parts, reason=reason))

    def _count(self, parts: tuple[str, ...]) -> None:
        self._seen += 1
        if self._seen > MAX_FILES:
            shown = shown_path(parts)[:200]
            message = f"there are more than {MAX_FILES} files; {shown!r} is the first that is too many"
            raise ClassroomError(message, hint="Give the folder or zip of the submissions alone.")


def _is_leaving(parts: tuple[str, ...]) -> bool:
    name = parts[-1]
    # A picture of a lesson; a folder of that name may hold answers, too.
    is_picture = parts[-2:-1] == (FOLDER,) and name.endswith(".svg")
    return (name.startswith(".") and name != "..") or name in LEAVINGS or name in OURS or is_picture


def _room(size: int) -> int:
    """The bytes that an archive of this size may unpack to."""
    return max(FREE_TOTAL, TOTAL_RATIO * size)


def _no_room(target: Path, error: OSError) -> MachineError:
    return MachineError(
        f"{target.parent}: a submission cannot be unpacked there ({error.strerror})",
        hint="Make room on the disk, and run the same command again.",
    )


class _Clashes:
    """The names in a zip that are one name on some computer."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._exactly = Counter(member.name for member in members)
        self._composed = Counter(_composed(name) for name in self._exactly)
        self._alike = Counter(_composed(name).casefold() for name in self._exactly)

    def why(self, name: str) -> str:
        """Why a member of this name cannot be told from another; empty if it can."""
        if self._exactly[name] > 1:
            return "the zip has this name more than once"
        if self._composed[_composed(name)] > 1:
            return "another name in the zip looks the same, and has its accents written the other way (NFC and NFD)"
        if self._alike[_composed(name).casefold()] > 1:
            return "another name in the zip differs from this one in upper and lower case only"
        return ""


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)
