"""Gradescope, "Export Submissions": a folder for each submission, and one file that says whose each of them is.

``assignment_123_export/submission_metadata.yml`` maps ``submission_456`` to ``:submitters:`` (each with ``:name:``,
``:sid:`` and ``:email:``; a group has several), ``:created_at:``, ``:score:``, ``:results:`` and ``:history:``. Keys
are Ruby symbols, which YAML takes for text with a colon in front. There is no published schema; programs that read it
agree, such as the Gradescope parser of Otter Grader (https://github.com/ucbds-infra/otter-grader).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from grader.classroom.archive import MAX_BYTES
from grader.classroom.found import METADATA, Claim, FoundFile, Reader
from grader.classroom.people import STUDENT_NUMBER, Person
from grader.errors import ClassroomError

Parts = tuple[str, ...]

_DEPTH = 4
"""Levels that are read: the table of submissions, each a table, the list of its submitters, each a table."""
_DEEPEST = 200
"""Levels that a document may have. libyaml gives up at a thousand. Without it PyYAML takes time that grows with the
square of the depth: more than 25 seconds for thirty kilobytes of ``[`` (measured on 6.0.4)."""
_MOST_BYTES = MAX_BYTES[".yml"]
_HINT = "Export the submissions from Gradescope again, or give `--layout folders`."
_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[Tt ]+(?P<time>\d\d:\d\d:\d\d)(?:\.\d*)? *(?P<zone>Z|[+-]\d\d:?\d\d)?", re.ASCII
)


def exports(files: Iterable[FoundFile]) -> Mapping[Parts, FoundFile]:
    """The metadata of each export, by the folder it is in.

    A file of that name in the folder of another export is not metadata: a learner may hand in a file of any name.
    """
    bases: dict[Parts, FoundFile] = {}
    for file in sorted(files, key=lambda file: len(file.parts)):
        if file.parts[-1] == METADATA and _base(file.parts[:-1], bases) is None:
            bases[file.parts[:-1]] = file
    return bases


def covered(files: Sequence[FoundFile]) -> int:
    """How many of the files lie in an export."""
    bases = exports(files)
    return sum(_base(file.parts[:-1], bases) is not None for file in files)


def reader(files: Iterable[FoundFile]) -> Reader:
    """How to claim a file of this export for its owners. Raises ClassroomError if the metadata cannot be read."""
    bases = {parts: _read_metadata(file.path, file.shown) for parts, file in exports(files).items() if file.path}

    def read(file: FoundFile) -> Sequence[Claim] | str:
        base = _base(file.parts[:-1], bases)
        if base is None:
            return f"lies outside of the folder of {METADATA}"
        if file.parts == (*base, METADATA):
            return ()
        return _claims(file, len(base), bases[base])

    return read


def _base(folder: Parts, bases: Container[Parts]) -> Parts | None:
    return next((folder[:at] for at in range(len(folder) + 1) if folder[:at] in bases), None)


def _claims(file: FoundFile, at: int, metadata: Mapping[str, object]) -> Sequence[Claim] | str:
    folder, own = file.parts[at], file.parts[at + 1 :]
    if not own and folder not in metadata:
        return f"lies in no submission of {METADATA}"
    submission = metadata.get(folder)
    if not isinstance(submission, dict):
        return f"is of {folder}, of which {METADATA} says nothing"
    submitters = submission.get(":submitters")
    people = [_person(entry) for entry in submitters if isinstance(entry, dict)] if isinstance(submitters, list) else []
    if not people:
        return f"is of {folder}, which has no submitter in {METADATA}"
    return tuple(
        Claim(
            file=file,
            person=person,
            name=own[-1] if own else folder,
            folders=own[:-1],
            context=file.parts[:at],
            submitted_at=_time(_text(submission, ":created_at")),
        )
        for person in people
    )


def _person(entry: Mapping[object, object]) -> Person:
    number, email = _text(entry, ":sid"), _text(entry, ":email")
    ids = ((STUDENT_NUMBER, number),) if number else ()
    return Person(name=_text(entry, ":name") or email or number, email=email, ids=ids)


def _text(entry: Mapping[object, object], key: str) -> str:
    value = entry.get(key)
    text = value.strip() if isinstance(value, str) and value not in ("~", "null") else ""
    return text.encode(errors="backslashreplace").decode()


def _read_metadata(path: Path, shown: str) -> Mapping[str, object]:
    import yaml  # 20 ms, and few runs need it

    try:
        with path.open("rb") as file:
            metadata = _read_yaml(file)
    except (yaml.YAMLError, OSError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark is not None else ""
        what = getattr(error, "problem", None) or str(error) or type(error).__name__
        raise ClassroomError(f"{shown}{line}: this is not YAML that can be read: {what}", hint=_HINT) from error
    if not isinstance(metadata, dict):
        raise ClassroomError(f"{shown}: it does not say whose the submissions are", hint=_HINT)
    return metadata


def _read_yaml(file: BinaryIO) -> object:
    """Read the upper levels of a document; every scalar is text. Raises YAMLError or ValueError."""
    # Not ``safe_load``: it refuses the tags that Gradescope writes (``!ruby/hash``), turns the student number 0042 into
    # 34, and takes time that grows with the square of the length of a number such as 1:59:59. Not ``BaseLoader``
    # either: like every loader it builds the whole document, most of which is not needed. For 7 MB it took 24 seconds
    # and 890 MB of memory; reading the events takes 3 seconds and 110 MB (measured).
    import yaml

    if file.seek(0, 2) > _MOST_BYTES:
        raise ValueError(f"it is larger than {_MOST_BYTES >> 20} MiB")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    file.seek(0)
    if any(isinstance(token, yaml.DirectiveToken) for token in islice(yaml.scan(file, Loader=loader), 2)):
        # Gradescope writes no directives, and PyYAML's time grows with the square of their number: 15 seconds for
        # 100,000 of them (measured).
        raise ValueError("it begins with a directive")
    file.seek(0)
    return next(iter(list(_values(yaml.parse(file, Loader=loader), _DEPTH))), None)


def _values(events: Iterator[object], depth: int) -> Iterator[object]:
    """The values up to the end of a list, table or document; None stands for an alias, and for what is too deep."""
    import yaml

    for event in events:
        if isinstance(event, yaml.CollectionEndEvent | yaml.DocumentEndEvent):
            return
        if isinstance(event, yaml.ScalarEvent):
            yield event.value
        elif isinstance(event, yaml.AliasEvent):
            yield None
        elif isinstance(event, yaml.CollectionStartEvent):
            inside = _values(events, depth - 1)
            if not depth:
                _skip(events)
                yield None
            elif isinstance(event, yaml.MappingStartEvent):
                yield {key: value for key, value in zip(inside, inside, strict=True) if isinstance(key, str)}
            else:
                yield list(inside)


def _skip(events: Iterator[object]) -> None:
    """Pass over the rest of a list or table."""
    import yaml

    levels = 1
    while levels:
        event = next(events)
        levels += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if levels > _DEEPEST:
            raise ValueError("it is nested too deep")


def _time(text: str) -> str:
    """The moment in UTC, to the second; empty if it is not understood."""
    parts = _TIME.fullmatch(text.strip())
    if not parts:
        return ""
    try:
        moment = datetime.fromisoformat(f"{parts['day']}T{parts['time']}{parts['zone'] or 'Z'}")
        return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return ""
