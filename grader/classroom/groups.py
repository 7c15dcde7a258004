"""Groups that hand in together: ``[groups]`` of ``class.toml``, and the column of a roster that names them.

A group hands in one file. On Moodle it lies in a folder of the group's name and number, ``Group A_12_assignsubmission_
file`` (``get_student_prefix`` in mod/assign/classes/downloader.php of https://github.com/moodle/moodle); older versions
write it once for each member, ``Group A-Jane Doe_3001_assignsubmission_file``. Canvas names it after the group and the
number of one member, ``groupa_501_9001_join.py``, as ``representatives`` in app/models/assignment.rb of
https://github.com/instructure/canvas-lms gives that member the group's name. Gradescope lists the members itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from grader.classroom.people import CANVAS, Person, person_called, words_of
from grader.kit.tables import Table

_CANVAS_KEY = re.compile(rf"{CANVAS}-(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People who hand in together."""

    name: str
    """The name as it was written."""
    members: tuple[Person, ...]
    said_by: str
    """The file that says who they are, and where it is known the line."""
    by_hand: bool
    """Whether ``class.toml`` says so, which is sure; a column of a roster may as well hold sections."""


def read_groups(table: Table, *, where: str) -> tuple[Group, ...]:
    """Read ``[groups]``: a name, and a list of learners by their keys, logins, numbers, addresses or names.

    A value of another kind is reported, and so is a group that no file can mean.
    """
    groups = []
    for name in table:
        members = table.texts(name)
        if not label_of(name):
            table.report(name, f"a group cannot be called {name!r}", hint="Write the name of its folder or its files.")
        people = tuple(dict.fromkeys(map(person_named, members)))
        groups.append(Group(name=name, members=people, said_by=f"{where}:{table.line_at(name)}", by_hand=True))
    return tuple(groups)


def groups_of(people: Iterable[Person], *, said_by: str) -> tuple[Group, ...]:
    """The groups that the people of a table are in."""
    members: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        if label_of(person.group):
            members[person.group].append(person)
    return tuple(
        Group(name=name, members=tuple(several), said_by=said_by, by_hand=False) for name, several in members.items()
    )


def person_named(word: str) -> Person:
    """The person whom an instructor means by a word: a key as in ``grades.csv``, or what else a learner is known by."""
    if number := _CANVAS_KEY.fullmatch(word.strip()):
        return Person(name=word, ids=((CANVAS, number[1]),), handle=word.strip())
    return person_called(word.strip())


class Groups:
    """All groups of a class, found by name."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self._by_label: dict[str, Group] = {}
        for group in groups:
            # ``class.toml`` comes first, and has the last word.
            self._by_label.setdefault(label_of(group.name), group)

    def called(self, name: str) -> Group | None:
        """The group of this name, however a platform writes it."""
        return self._by_label.get(label_of(name))


def label_of(name: str) -> str:
    """A name as Canvas runs it together, without marks, case and spaces; empty if no letter or digit is in it."""
    return "".join(words_of(name))
