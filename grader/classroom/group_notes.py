"""What an instructor is told of groups: whose marks a group's file is, and who may have been left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from grader.classroom.found import Layout
from grader.classroom.roster import Owners
from grader.text import joined

_NAMED = 5
"""Groups, or members of one, that a note names."""


def notes_on_groups(owners: Owners, layout: Layout) -> Iterator[str]:
    """Say who has the marks of a group's file, and who may have been left out, one sentence for each group."""
    names = {learner.key: learner.name for learner in owners.learners()}
    met = list(owners.met_groups().items())
    for group, keys in met[:_NAMED]:
        whom = _some([names[key] for key in keys])
        yield f"{group.name!r} is a group, says {group.said_by}: its file counts for {whom}"
    if len(met) > _NAMED:
        yield f"so do {len(met) - _NAMED} more groups' files for all of their members"
    for name, learner in list(owners.other_names().items())[:_NAMED]:
        only = f"its number is that of {learner.name}, who alone has its marks"
        yield f"a file is called {name!r}, and {only}; {_members_of(name, [learner.key])}"
    examples = [learner.key for learner in owners.listed()[:2]]
    absent = [stranger.shown for stranger in owners.strangers() if layout is Layout.MOODLE]
    for name in absent[:_NAMED]:
        yield f"{name!r} is on no list, and alone has the marks of its files; {_members_of(name, examples)}"


def _members_of(name: str, keys: Sequence[str]) -> str:
    members = ", ".join(json.dumps(key, ensure_ascii=False) for key in (*keys, "..."))
    line = f"{json.dumps(name, ensure_ascii=False)} = [{members}]"
    return f"if that is a group, name its members in class.toml, below a line [groups]: {line}"


def _some(names: Sequence[str]) -> str:
    return joined([*names[:_NAMED], *([f"{len(names) - _NAMED} more"] if len(names) > _NAMED else [])])
