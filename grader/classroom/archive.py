"""Finds the files that a class handed in, in a folder or a zip, and unpacks those that are needed without trusting any.

A zip is never unpacked under its own names: a file that is needed gets a folder of its own in the staging area, so no
path in an archive, no link and no clash of upper and lower case can reach another file. What is not needed (pictures,
data) is listed and never unpacked. The folder or zip itself is only read.
"""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.found import METADATA, Found, Gathered, RefusedFile, shown_path
from grader.classroom.zip_index import NotAZip, read_members
from grader.errors import ClassroomError, MachineError

# ---- unpacking -------------------------------------------------------------------------------------------------------
#
# Unpacks one file of a zip: what comes out is counted, because what the zip says of itself may be a lie.


MAX_TOTAL = 2 << 30
"""Bytes unpacked in all."""
MAX_RATIO = 200
"""Deflate reaches about 1000; source text of more than a mebibyte stays below 20 (measured on CPython's library)."""
FREE_RATIO = 1 << 20
"""Below this size the ratio says nothing: a short file of spaces shrinks a lot."""
_CHUNK = 1 << 16


class Unfit(Exception):
    """One member of a zip is not fit to be unpacked."""


def unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, *, most: int, left: int) -> int:
    """Write one member to ``target`` and return its size in bytes. Raises Unfit, and MachineError if it is full."""
    written = 0
    try:
        with target.open("wb") as file:
            for chunk in _chunks(archive, info):
                written += len(chunk)
                _check(written, most=most, left=left, packed=info.compress_size)
                file.write(chunk)
    except OSError as error:
        # Only of the target: what goes wrong in the zip is the zip's fault, and is Unfit. A full disk may show when
        # the file is closed and not before.
        raise no_room(target, error) from error

    return written


def _check(written: int, *, most: int, left: int, packed: int) -> None:
    """Refuse what has come out so far; the sizes in the index may lie."""
    if written > most:
        raise Unfit(f"unpacks to more than {most} bytes")
    if written > left:
        raise Unfit("comes after so many bytes of other files that no more are unpacked")
    if written > FREE_RATIO and written > MAX_RATIO * packed:
        raise Unfit(f"unpacks to more than {MAX_RATIO} times its size in the zip")


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(info) as content:
            while chunk := content.read(_CHUNK):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        # RuntimeError and its child NotImplementedError are zipfile's for flags that it does not know.
        raise Unfit(f"is damaged in the zip ({type(error).__name__})") from None


def no_room(target: Path, error: OSError) -> MachineError:
    """The failure for a staging area that takes no more files."""
    return MachineError(
        f"{target.parent}: a submission cannot be unpacked there ({error.strerror})",
        hint="Make room on the disk, and run the same command again.",
    )


LEAVINGS = frozenset(
    {"__MACOSX", "__pycache__", "node_modules", "venv", "env", "site-packages", "Thumbs.db", "desktop.ini"}
)
"""What systems and tools leave behind; names that begin with a dot are treated alike."""
OURS = frozenset({"README.md", "grade.toml", "grade-report.html"})
"""What the grader itself puts beside the answers in a workspace."""
NOT_HANDED_IN = frozenset({"gradebook.sqlite", "pyvenv.cfg"})
"""A folder with one of these files holds earlier results, or a virtual environment of any name."""

NESTED = 2
"""Zips within zips: an export may hold a zip per assignment, and that one a zip of a learner's workspace."""
MAX_FILES = 200_000
MAX_MEMBERS = 10_000
"""Of a zip in the source. The class must not be kept out by what one of them handed in."""
TOTAL_RATIO = 20
FREE_TOTAL = 32 << 20
"""A zip may unpack to so many times its size, or to so many bytes if that is more, or one upload takes the room of
all others."""
DEEPEST = 64
"""Folders within folders. A path may have two thousand, and Python follows a thousand calls."""
MAX_BYTES = {".py": 4 << 20, ".yml": 128 << 20, ".zip": 512 << 20}
"""The most that one file unpacks to, by its kind. Only these kinds are unpacked."""

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
            gathering.archive(source, (), depth=0)
        except NotAZip as error:
            hint = "Download it again, or unpack it and give the folder."
            raise ClassroomError(f"{source}: this is not a zip that can be read: {error}", hint=hint) from error
    else:
        hint = "Give the folder of the submissions, or the zip that the platform exported."
        raise ClassroomError(f"{source}: there is no such folder or zip", hint=hint)

    return gathering.result()


@dataclass(slots=True)
class _Budget:
    """How many bytes one zip may still unpack to."""

    left: int


class _Gathering:
    """One walk through a source, with what it may still unpack."""

    def __init__(self, staging: Path) -> None:
        self._staging = staging
        self._files: list[Found] = []
        self._refused: list[RefusedFile] = []
        self._leavings: set[tuple[str, ...]] = set()
        self._left = MAX_TOTAL
        self._seen = 0

    def result(self) -> Gathered:
        return Gathered(
            files=tuple(sorted(self._files, key=lambda found: found.parts)),
            refused=tuple(self._refused),
            repositories=frozenset(parts[:-1] for parts in self._leavings if parts[-1] == ".git"),
            leavings=len(self._leavings),
        )

    def folder(self, folder: Path, parts: tuple[str, ...]) -> None:
        if len(parts) > DEEPEST:
            return self._refuse(parts, f"lies in more than {DEEPEST} folders")
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            return self._refuse(parts, f"cannot be read ({error.strerror})")
        if parts and (
            any(entry.name in NOT_HANDED_IN for entry in entries) or folder.resolve() == self._staging.parent
        ):
            self._leavings.add(parts)
            return None
        for entry in entries:
            self._entry(entry, (*parts, entry.name))

        return None

    def _entry(self, entry: os.DirEntry[str], parts: tuple[str, ...]) -> None:
        self._count(parts)
        if _is_leaving(entry.name):
            self._leavings.add(parts)
        elif entry.is_symlink():
            self._refuse(parts, "is a link; hand in the file itself")
        elif entry.is_dir(follow_symlinks=False):
            self.folder(Path(entry.path), parts)
        elif not entry.is_file(follow_symlinks=False):
            self._refuse(parts, "is not an ordinary file")
        else:
            self._take(Path(entry.path), parts, depth=0)

    def _take(self, path: Path | None, parts: tuple[str, ...], *, depth: int) -> None:
        if path is None or not parts[-1].lower().endswith(".zip"):
            self._files.append(Found(parts=parts, path=path))
        elif depth >= NESTED:
            self._refuse(parts, f"is a zip within more than {NESTED} others")
        else:
            try:
                self.archive(path, parts, depth=depth + 1)
            except NotAZip as error:
                self._refuse(parts, f"is not a zip that can be read: {error}")

    # ---- zips --------------------------------------------------------------------------------------------------------

    def archive(self, path: Path, parts: tuple[str, ...], *, depth: int) -> None:
        """Take in the members of one zip. Raises NotAZip if its index cannot be read."""
        with read_members(path) as (archive, members):
            if depth and len(members) > MAX_MEMBERS:
                raise NotAZip(f"it holds {len(members)} files")
            budget = _Budget(min(self._left, max(FREE_TOTAL, TOTAL_RATIO * path.stat().st_size)))
            twice = Counter(_folded(member.name) for member in members)
            exactly = Counter(member.name for member in members)
            for member in members:
                own = tuple(part for part in member.name.split("/") if part not in ("", "."))
                inside = (*parts, *(own or ("(no name)",)))
                self._count(inside)
                leaving = next((n for n, part in enumerate(inside) if n >= len(parts) and _is_leaving(part)), None)
                if leaving is not None:
                    self._leavings.add(inside[: leaving + 1])
                elif member.fault:
                    self._refuse(inside, member.fault)
                elif exactly[member.name] > 1:
                    self._refuse(inside, "the zip has this name more than once")
                elif twice[_folded(member.name)] > 1:
                    self._refuse(inside, "another name in the zip differs from this one in upper and lower case only")
                else:
                    self._member(archive, member.info, inside, budget, depth)

    def _member(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, parts: tuple[str, ...], budget: _Budget, depth: int
    ) -> None:
        kind = os.path.splitext(parts[-1])[1].lower()
        if kind not in MAX_BYTES or (kind == ".yml" and parts[-1] != METADATA):
            return self._take(None, parts, depth=depth)
        if kind == ".zip" and depth >= NESTED:
            return self._refuse(parts, f"is a zip within more than {NESTED} others")
        target = self._place(parts[-1])
        try:
            size = unpack(archive, info, target, most=MAX_BYTES[kind], left=budget.left)
        except Unfit as error:
            # What was unpacked for nothing counts for its own zip, and not for the others.
            budget.left -= target.stat().st_size
            target.unlink()
            return self._refuse(parts, str(error))
        budget.left -= size
        self._left -= size

        return self._take(target, parts, depth=depth)

    def _place(self, name: str) -> Path:
        """Make an empty file for a member in a folder of its own."""
        # The name is kept where it is harmless, because messages about the file show it.
        safe = name if _PLAIN.fullmatch(name) else f"file{os.path.splitext(name)[1].lower()}"
        target = self._staging / f"{self._seen:06}" / safe
        try:
            target.parent.mkdir()
            target.touch(exist_ok=False)
        except OSError as error:
            raise no_room(target, error) from error
        return target

    # ---- counting ----------------------------------------------------------------------------------------------------

    def _refuse(self, parts: tuple[str, ...], reason: str) -> None:
        self._refused.append(RefusedFile(parts=parts, reason=reason))

    def _count(self, parts: tuple[str, ...]) -> None:
        self._seen += 1
        if self._seen > MAX_FILES:
            shown = shown_path(parts)[:200]
            message = f"there are more than {MAX_FILES} files; {shown!r} is the first that is too many"
            raise ClassroomError(message, hint="Give the folder or zip of the submissions alone.")


def _is_leaving(name: str) -> bool:
    return (name.startswith(".") and name != "..") or name in LEAVINGS or name in OURS


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
