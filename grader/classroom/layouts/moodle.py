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

from grader.classroom.found import Found
from grader.classroom.layouts.claims import Claim, Reader
from grader.classroom.people import MOODLE, Person, slug

_NAME = re.compile(
    r"(?P<name>.+?)(?:_(?P<number>\d+))?_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<original>.*))?", re.DOTALL
)


def is_ours(found: Found) -> bool:
    """Whether a file, or a folder that it lies in, is named as Moodle names them."""
    return any(_NAME.fullmatch(part) for part in found.parts)


def reader(files: Iterable[Found]) -> Reader:
    """How to claim a file of this export for its owner."""
    namesakes = _namesakes(files)

    def read(found: Found) -> Sequence[Claim] | str:
        for at, part in enumerate(found.parts):
            name = _NAME.fullmatch(part)
            if name:
                return (_claim(found, at, name, namesakes),)
        return "is not named as Moodle names what was handed in"

    return read


def _claim(found: Found, at: int, name: re.Match[str], namesakes: frozenset[str]) -> Claim:
    own = (*([name["original"]] if name["original"] else []), *found.parts[at + 1 :])
    number = name["number"] or ""
    person = Person(
        name=name["name"],
        ids=((MOODLE, number),) if number else (),
        key=f"{slug(name['name'])}-{number}" if slug(name["name"]) in namesakes else "",
    )
    return Claim(found=found, person=person, name=own[-1] if own else "", folders=own[:-1], context=found.parts[:at])


def _namesakes(files: Iterable[Found]) -> frozenset[str]:
    """Names that two people of one assignment have.

    Only their numbers tell them apart, which hold for that assignment alone.
    """
    numbers: dict[tuple[tuple[str, ...], str], set[str]] = defaultdict(set)
    for found in files:
        for at, part in enumerate(found.parts):
            name = _NAME.fullmatch(part)
            if name:
                numbers[found.parts[:at], slug(name["name"])].add(name["number"] or "")
                break
    return frozenset(name for (_, name), several in numbers.items() if len(several) > 1)
