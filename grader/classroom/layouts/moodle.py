"""Moodle, "Download all submissions": with or without a folder for each learner.

A folder is called ``Jane Doe_12345_assignsubmission_file`` (older versions end it with ``_``), and without folders that
is the beginning of each file's name. The number is that of the participant in this one assignment. Text that was typed
in has ``assignsubmission_onlinetext`` and is HTML. Source: ``get_student_prefix`` and
``load_submissionplugin_filelist`` in https://github.com/moodle/moodle/blob/main/mod/assign/classes/downloader.php .
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from grader.classroom.found import Claim, FoundFile, Reader
from grader.classroom.people import MOODLE, Person, slug

_NAME = re.compile(
    r"(?P<name>.+?)(?:_(?P<number>\d+))?_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<original>.*))?", re.DOTALL
)


def is_ours(file: FoundFile) -> bool:
    """Whether a file, or a folder that it lies in, is named as Moodle names them."""
    return any(_NAME.fullmatch(part) for part in file.parts)


def reader(files: Iterable[FoundFile]) -> Reader:
    """How to claim a file of this export for its owner."""
    namesakes = _namesakes(files)

    def read(file: FoundFile) -> Sequence[Claim] | str:
        for at, part in enumerate(file.parts):
            name = _NAME.fullmatch(part)
            if name:
                return (_claim(file, at, name, namesakes),)
        return "is not named as Moodle names what was handed in"

    return read


def participant(parts: Sequence[str]) -> tuple[tuple[str, ...], str] | None:
    """The folders of the assignment that a file of an export is of, and its owner's number in that assignment.

    Where groups hand in, it is the number of the group. None if Moodle did not name the file, or not with a number.
    """
    for at, part in enumerate(parts):
        name = _NAME.fullmatch(part)
        if name:
            return (tuple(parts[:at]), name["number"]) if name["number"] else None
    return None


def _claim(file: FoundFile, at: int, name: re.Match[str], namesakes: frozenset[str]) -> Claim:
    own = (*([name["original"]] if name["original"] else []), *file.parts[at + 1 :])
    number = name["number"] or ""
    person = Person(
        name=name["name"],
        ids=((MOODLE, number),) if number else (),
        key=f"{slug(name['name'])}-{number}" if slug(name["name"]) in namesakes else "",
    )
    return Claim(file=file, person=person, name=own[-1] if own else "", folders=own[:-1], context=file.parts[:at])


def _namesakes(files: Iterable[FoundFile]) -> frozenset[str]:
    """Names that two people of one assignment have.

    Only their numbers tell them apart, which hold for that assignment alone.
    """
    numbers: dict[tuple[tuple[str, ...], str], set[str]] = defaultdict(set)
    for file in files:
        for at, part in enumerate(file.parts):
            name = _NAME.fullmatch(part)
            if name:
                numbers[file.parts[:at], slug(name["name"])].add(name["number"] or "")
                break
    return frozenset(name for (_, name), several in numbers.items() if len(several) > 1)
