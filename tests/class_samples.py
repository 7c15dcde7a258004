"""Builds folders and zips like those that platforms export, each in a line or two."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

from grader.classroom.found import Layout
from grader.classroom.intake import Intake, take_in
from grader.classroom.roster import Roster, read_roster
from grader.kit.exercise import Exercise
from grader.kit.kit import builtin_root, load_kit

JOIN = "async def join(*functions):\n    return ()\n"
RACE = "async def race(*functions):\n    return None\n"

Content = str | bytes


@cache
def exercises() -> tuple[Exercise, ...]:
    """Those that come with the grader: ex01 join.py, ex02 race.py, ex03 stream.py, ex04 timeout.py, ex05 fetch.py."""
    return load_kit(builtin_root()).exercises


def folder(root: Path, files: Mapping[str, Content]) -> Path:
    """A folder with these files; a path that ends in ``/`` is an empty folder."""
    for name, content in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_bytes(content))
    return root


def packed(files: Mapping[str, Content]) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, _bytes(content))
    return buffer.getvalue()


def packed_members(members: Sequence[tuple[zipfile.ZipInfo, Content]]) -> bytes:
    """A zip of members as they are given, even if two have the same name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in members:
            archive.writestr(info, _bytes(content))
    return buffer.getvalue()


def member(name: str, *, mode: int = 0) -> zipfile.ZipInfo:
    """A member of a zip, with the mode of a Unix file."""
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def link(name: str) -> zipfile.ZipInfo:
    return member(name, mode=stat.S_IFLNK | 0o777)


def zipped(path: Path, files: Mapping[str, Content]) -> Path:
    path.write_bytes(packed(files))
    return path


def taken(
    source: Path,
    staging: Path,
    *,
    layout: Layout | None = None,
    roster: Roster | None = None,
    asked: Collection[str] = (),
) -> Intake:
    """Take in a source, with a staging folder beside it."""
    staging.mkdir(exist_ok=True)
    return take_in(source, exercises=exercises(), layout=layout, roster=roster, staging=staging, asked=asked)


def roster(path: Path, text: str) -> Roster:
    path.write_text(text, encoding="utf-8")
    return read_roster(path)


def handed(intake: Intake) -> dict[tuple[str, str], str]:
    """Which file counts, by learner and exercise."""
    return {(one.learner, one.exercise): one.shown for one in intake.files}


def reasons(intake: Intake) -> dict[str, str]:
    """Why a file was left over or refused, by its path."""
    return {one.shown: one.reason for one in (*intake.unmatched, *intake.refused)}


def keys(intake: Intake) -> list[str]:
    return [learner.key for learner in intake.learners]


def _bytes(content: Content) -> bytes:
    return content if isinstance(content, bytes) else content.encode()
