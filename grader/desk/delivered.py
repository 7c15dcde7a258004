"""What the grader has put into a learner's folder, so that it can tell later what the learner has changed.

``.gradekit/delivered.json`` holds a digest of each file as it was put there, and one of the hidden tests of each
exercise with the time at which they came. It may be edited, be damaged or be missing: then every file counts as changed
by the learner, which is the careful side. It decides no verdict.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from grader.files import replace_file

NAME = "delivered.json"
UNWANTED = ""
"""In place of a digest: the learner does not want this file."""


class Change(Enum):
    """What has to be done to bring a file up to date."""

    NOTHING = auto()
    NEW = auto()
    """There is no such file."""
    OURS = auto()
    """The file is as it was put there, and ours has changed."""
    THEIRS = auto()
    """The learner has changed the file, and ours is as it was."""
    BOTH = auto()
    """Both have changed, or it is not known who has."""


@dataclass(slots=True)
class Delivered:
    """The digests of the files by their path below the root, and of the hidden tests by exercise."""

    files: dict[str, str] = field(default_factory=dict)
    tests: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By the id of an exercise: the digest of its hidden tests, and when they came (UTC, ISO 8601)."""

    def change(self, root: Path, name: str, ours: bytes) -> Change:
        """How the file of that name below a root differs from ours. Raises OSError."""
        path = root / name
        try:
            theirs = path.read_bytes()
        except FileNotFoundError:
            return Change.BOTH if path.is_symlink() else Change.NEW
        if theirs == ours:
            return Change.NOTHING
        match self.files.get(name):
            case before if before == digest(theirs):
                return Change.OURS
            case before if before == digest(ours):
                return Change.THEIRS
        return Change.BOTH

    def is_news(self, name: str, ours: bytes) -> bool:
        """Whether ours is another file than the one that was put there; False where that is not known."""
        return self.files.get(name, digest(ours)) != digest(ours)

    def note(self, name: str, ours: bytes) -> None:
        """Remember what ours is now."""
        self.files[name] = digest(ours)

    def note_tests(self, exercise: str, digest: str, *, now: str) -> None:
        """Remember the hidden tests of an exercise, and that they are new if they are."""
        if self.tests.get(exercise, ("", ""))[0] != digest:
            self.tests[exercise] = (digest, now)

    def write(self, state: Path) -> None:
        """Write it into the folder of the workspace's state. Raises OSError."""
        document = {"files": self.files, "tests": {id: list(entry) for id, entry in sorted(self.tests.items())}}
        content = json.dumps(document, indent=1).encode() + b"\n"
        path = state / NAME
        if not path.is_file() or path.read_bytes() != content:  # in a folder that is read-only there may be no need
            state.mkdir(exist_ok=True)
            replace_file(path, [content])


def read_delivered(state: Path) -> Delivered:
    """Read what was delivered; what is missing or damaged is as if it had not been."""
    try:
        document = json.loads((state / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return Delivered()
    files, tests = (_mapping(document, key) for key in ("files", "tests"))
    return Delivered(
        files={name: known for name, known in files.items() if isinstance(known, str)},
        tests={
            id: (entry[0], entry[1])
            for id, entry in tests.items()
            if isinstance(entry, list) and len(entry) == 2 and all(isinstance(part, str) for part in entry)
        },
    )


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _mapping(document: object, key: str) -> Mapping[str, object]:
    found = document.get(key) if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}
