"""``[files]`` of ``class.toml``: which file is whose and for which exercise, where names and folders do not say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from grader.kit.tables import Table
from grader.text import nearest

_KEYS = {"learner": '"ada"', "exercise": '"ex01"'}
_EXPECTED = "an exercise, or a table with `learner`, `exercise` or both"
_EXAMPLE = '{ learner = "ada", exercise = "ex01" }'


@dataclass(frozen=True, slots=True, kw_only=True)
class FileByHand:
    """What an instructor says of one file; what is empty, the file says itself."""

    learner: str = ""
    exercise: str = ""
    said_by: str
    """The file and the line that say so."""


FilesByHand = Mapping[str, FileByHand]
"""By the path at which the run shows a file."""


def read_files(table: Table, check: Callable[[Table, str, str], None], *, where: str) -> dict[str, FileByHand]:
    """Read ``[files]``; ``check`` reports an exercise that there is not, given the table, the id and the key."""
    files = {}
    for path in table:
        said_by = f"{where}:{table.line_at(path)}"
        nothing: dict[str, str] = {}
        value = table.read(path, _accepted, nothing, expected=_EXPECTED, example=_EXAMPLE)
        exercise, learner = value.get("exercise", ""), value.get("learner", "")
        if exercise:
            check(table, exercise, path)
        files[path] = FileByHand(learner=learner, exercise=exercise, said_by=said_by)
    return files


def _accepted(value: object) -> dict[str, str] | None:
    if isinstance(value, str) and value.strip():
        return {"exercise": value.strip()}
    if not isinstance(value, dict) or not value or not value.keys() <= _KEYS.keys():
        return None
    texts = {key: text.strip() for key, text in value.items() if isinstance(text, str) and text.strip()}
    return texts if len(texts) == len(value) else None


def not_there(files: FilesByHand, shown: Collection[str]) -> Iterator[str]:
    """A sentence for every file that is named by hand and is not there."""
    for path, said in files.items():
        if path not in shown:
            near = nearest(path, shown)
            meant = f"; did you mean {near!r}?" if near else ""
            yield f"{said.said_by}: there is no file {path!r} here{meant}"
