"""Canvas, "Download Submissions": one zip for each assignment, all files side by side.

A file is called ``doejane_LATE_10234_567_join-1.py``: the sortable name run together in lower case, ``LATE`` if it was
late, the number of the user, the number of the file, and the name of the upload, to which Canvas adds ``-1`` when it is
handed in again. With anonymous grading ``anon_x5Jq9`` replaces name and user. Text that was typed in is called
``doejane_10234_text.html``. Source: ``add_submission``, ``get_filename`` and ``sanitize_file_name`` in
https://github.com/instructure/canvas-lms/blob/master/lib/content_zipper.rb .
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.classroom.found import Claim, FoundFile
from grader.classroom.people import CANVAS, Person

_NAME = re.compile(
    r"(?:(?P<name>.+?)_)??(?:(?P<late>LATE)_)?(?:anon_(?P<anonymous>\w{5})|(?P<user>\d+))_"
    r"(?:(?P<file>\d+)_(?P<original>.+)|(?P<typed>(?:text|link)\.html))",
    re.DOTALL,
)


def is_ours(file: FoundFile) -> bool:
    """Whether a file, or a zip that it lies in, is named as Canvas names them."""
    return any(_NAME.fullmatch(part) for part in file.parts)


def read(file: FoundFile) -> Sequence[Claim] | str:
    """The claim for a file, or why there is none."""
    for at, part in enumerate(file.parts):
        name = _NAME.fullmatch(part)
        if name:
            return (_claim(file, at, name),)
    return "is not named as Canvas names what was handed in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What the name of a file in an export says of the upload that it is."""

    assignment: tuple[str, ...]
    """The folders of the assignment that it is of."""
    label: str
    """The name of the learner or group as Canvas wrote it, with ``LATE`` behind it if it was late; may be empty."""
    owner: str
    """The number of the user, or ``anon_`` and five characters that stand for it."""
    attachment: str
    """The number of the upload."""


def upload(parts: Sequence[str]) -> Upload | None:
    """The upload that a file of an export is or lies in; None if Canvas did not name it, or it was typed in."""
    for at, part in enumerate(parts):
        name = _NAME.fullmatch(part)
        if name:
            label = "_".join(filter(None, (name["name"], name["late"])))
            owner = name["user"] or f"anon_{name['anonymous']}"
            found = Upload(assignment=tuple(parts[:at]), label=label, owner=owner, attachment=name["file"] or "")
            return found if found.attachment else None
    return None


def _claim(file: FoundFile, at: int, name: re.Match[str]) -> Claim:
    own = (name["original"] or name["typed"], *file.parts[at + 1 :])
    return Claim(
        file=file,
        person=_person(name),
        name=own[-1],
        folders=own[:-1],
        context=file.parts[:at],
        rank=int(name["file"] or 0),
        late=name["late"] is not None,
    )


def _person(name: re.Match[str]) -> Person:
    if name["anonymous"]:
        return Person(name=f"anonymous {name['anonymous']}", key=f"anonymous-{name['anonymous']}")
    return Person(name=name["name"] or f"user {name['user']}", ids=((CANVAS, name["user"]),))
