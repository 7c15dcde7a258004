"""Keeps a kit as it was read, in the user's cache, so that a command need not read it again.

Reading twelve exercises takes most of a second, nearly all of it in the syntax trees of hidden tests; to see that no
byte has changed takes a hundredth of one.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from grader.errors import KitError
from grader.files import cache_folder, replace_file
from grader.kit.kit import Kit, digest_of, files_in, load_kit

KEPT = 20
"""How many kits are kept; those that were asked for last."""
_WRITABLE_BY_OTHERS = 0o022


def load(root: Path) -> Kit:
    """The kit whose ``exercises/`` folder is in ``root``, as ``load_kit`` reads it. Raises KitError."""
    try:
        digest = digest_of(files_in(root / "exercises"))
    except KitError:
        return load_kit(root)  # it names the line, too
    place = _place(root, digest)
    if place is None:
        return load_kit(root)
    kit = _kept(place)
    if kit is None:
        kit = load_kit(root)
        if kit.digest == digest:  # else a file was saved meanwhile
            with suppress(OSError):  # a full disk, or a home that cannot be written to, costs time alone
                _keep(place, kit)
    return kit


def _place(root: Path, digest: str) -> Path | None:
    """Where a kit of these bytes is kept; None if the user has no home."""
    cache = cache_folder()
    if cache is None:
        return None
    told_by = hashlib.sha256(
        "\0".join([digest, str(root), sys.version, *_solutions(root), *_readers()]).encode("utf-8", "surrogateescape")
    )
    return cache / "kits" / told_by.hexdigest()


def _solutions(root: Path) -> list[str]:
    """The folders of answers, of which a kit knows whether they are there."""
    try:
        return sorted(entry.name for entry in os.scandir(root / "solutions") if entry.is_dir())
    except OSError:
        return []


def _readers() -> Iterator[str]:
    """What tells the code that reads kits from an earlier version of it."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        status = path.stat()
        yield f"{path} {status.st_size} {status.st_mtime_ns}"


def _kept(place: Path) -> Kit | None:
    """The kit that is kept there, if there is one, and nobody else can have put it there."""
    try:
        with place.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_uid != os.getuid() or status.st_mode & _WRITABLE_BY_OTHERS:
                return None
            kit = pickle.load(file)
        os.utime(place)
    except OSError:
        return None
    except Exception:  # pickle names no set of exceptions for bytes that are damaged
        return None
    return kit if isinstance(kit, Kit) else None


def _keep(place: Path, kit: Kit) -> None:
    # Each by itself: the mode is that of the last folder alone.
    for folder in (place.parent.parent, place.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(place, [pickle.dumps(kit)])
    place.chmod(0o600)
    others = sorted(place.parent.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for oldest in others[KEPT:]:
        oldest.unlink()
