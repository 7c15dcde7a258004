"""Who is in the class: the roster, read from a CSV file, and the learners whom the files of an export bring along.

Columns are recognised by their headings. What a platform exports can be given as it is: a Canvas gradebook
(https://community.canvaslms.com/t5/Instructor-Guide/How-do-I-export-grades-in-the-Gradebook/ta-p/809), a Moodle
grading worksheet (https://docs.moodle.org/en/Assignment_FAQ) or the roster of GitHub Classroom,
``identifier,github_username,github_id,name``
(https://abc-classroom.readthedocs.io/en/latest/get-started/classroom-roster.html), or the groups of a group set of
Canvas, ``name,canvas_user_id,user_id,login_id,sections,group_name,canvas_group_id,group_id``
(https://canvas.instructure.com/doc/api/file.group_category_csv.html).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from grader.classroom.found import LeftOver
from grader.classroom.gradebook import Learner
from grader.classroom.groups import Group, Groups, groups_of, label_of
from grader.classroom.people import (
    CANVAS,
    LOGIN,
    MOODLE,
    STUDENT_NUMBER,
    Person,
    key_of,
    person_called,
    readable,
    slug,
    spellings,
    words_of,
)
from grader.classroom.sheet import Sheet, load_sheet
from grader.classroom.worksheet import worksheet_of
from grader.errors import ClassroomError


class _Column(StrEnum):
    NAME = "name"
    FIRST = "first"
    LAST = "last"
    EMAIL = "email"
    LOGIN = "login"
    NUMBER = "number"
    CANVAS = "canvas"
    MOODLE = "moodle"
    SECTION = "section"
    GROUP = "group"


_HEADINGS: dict[_Column, tuple[str, ...]] = {
    _Column.NAME: ("name", "student", "full name", "student name", "learner"),
    _Column.FIRST: ("first name", "firstname", "given name"),
    _Column.LAST: ("last name", "lastname", "surname", "family name"),
    _Column.EMAIL: ("email", "email address", "e mail", "mail"),
    _Column.LOGIN: ("sis login id", "login", "login id", "username", "user name", "github username", "github"),
    _Column.NUMBER: (
        "sis user id",
        "sis id",
        "sid",
        "student id",
        "student number",
        "id number",
        "matriculation number",
    ),
    _Column.CANVAS: ("canvas id", "canvas user id"),
    _Column.MOODLE: ("identifier",),
    _Column.SECTION: ("section", "sections", "group", "class"),
    # The last are how Moodle's worksheets call it in other languages.
    _Column.GROUP: ("group", "group name", "team", "groups", "gruppe", "groupe", "grupo", "gruppo", "groep", "grupp"),
}
_IDS = {_Column.CANVAS: CANVAS, _Column.MOODLE: MOODLE, _Column.NUMBER: STUDENT_NUMBER, _Column.LOGIN: LOGIN}
_NUMBER_AT_THE_END = re.compile(r"(\d+)\s*$")
_EMAIL = "email"
_MAILBOX = "mailbox"
_NO_STUDENTS = ("Points Possible", "Student, Test")
"""A line of a Canvas gradebook that is about the columns, and the made-up student that every course has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who is in the class."""

    where: Path
    learners: tuple[Learner, ...]
    """The learners in the order of the file."""
    groups: tuple[Group, ...] = ()
    """The groups that a column of it names."""
    _by_id: dict[tuple[str, str], list[Learner]] = field(default_factory=dict, repr=False)
    _by_spelling: dict[str, list[Learner]] = field(default_factory=dict, repr=False)

    def find(self, person: Person) -> tuple[Learner, ...]:
        """The learners whom this may be: one if it is clear, none, or several that cannot be told apart."""
        if identified := self.identified(person):
            return identified
        spelled = sorted(spellings(person.name))
        named = {learner.key: learner for name in spelled for learner in self._by_spelling.get(name, [])}
        # A learner who has another number in the same system is another person, even of the same name. Moodle's numbers
        # do not tell, because they are different in each assignment.
        systems = {system for system, _ in person.ids} - {MOODLE}
        return tuple(learner for learner in named.values() if not systems & {system for system, _ in learner.ids})

    def identified(self, person: Person) -> tuple[Learner, ...]:
        """The learners who are known by the surest number, login or address of this person that is known at all."""
        return next((tuple(self._by_id[one]) for one in _looked_up(person) if one in self._by_id), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """A line of a table about a person."""

    row: int
    """Its place in ``Sheet.rows``."""
    line: int
    """Its first line in the file, counted from 1."""
    person: Person


def read_roster(path: Path) -> Roster:
    """Read a CSV file. Raises ClassroomError with the file, the line and what is wrong."""
    rows = people_in(load_sheet(path))
    if not rows:
        raise ClassroomError(f"{path}: this roster lists no learners", hint="Export it again, with its heading line.")
    lines: dict[str, int] = {}
    for row in rows:
        key = key_of(row.person)
        if key in lines:
            message = f"{path}:{row.line}: {key!r} is in line {lines[key]} already, and nothing tells the two apart"
            raise ClassroomError(message, hint="Take one of the lines out, or add a column `email` or `id`.")
        lines[key] = row.line

    groups = groups_of((row.person for row in rows), said_by=path.name)
    return replace(make_roster([_learner(row.person) for row in rows], where=path), groups=groups)


def make_roster(learners: Sequence[Learner], *, where: Path) -> Roster:
    """A roster of these learners, whose keys are unique."""
    by_id, by_spelling = defaultdict(list), defaultdict(list)
    for learner in learners:
        as_person = Person(name=learner.name, email=learner.email, ids=learner.ids)
        for identity in dict.fromkeys(_identities(as_person)):
            by_id[identity].append(learner)
        addresses = {value for system, value in learner.ids if system == LOGIN and "@" in value} | {learner.email}
        for mailbox in {_mailbox(address) for address in addresses if address}:
            by_id[_MAILBOX, mailbox].append(learner)
        for spelling in spellings(learner.name):
            by_spelling[spelling].append(learner)

    return Roster(where=where, learners=tuple(learners), _by_id=dict(by_id), _by_spelling=dict(by_spelling))


def _identities(person: Person) -> Iterable[tuple[str, str]]:
    """What a person is known by, the surest first."""
    for system, value in person.ids:
        yield system, value.casefold()
    if person.email:
        yield _EMAIL, person.email.casefold()


def _looked_up(person: Person) -> Iterable[tuple[str, str]]:
    """What a person may be found by: the surest first, and what a word or an address suggests last."""
    yield from _identities(person)
    if person.handle:
        # The name of a folder may be a login, a student number, an address or the beginning of one.
        yield from ((system, person.handle.casefold()) for system in (LOGIN, STUDENT_NUMBER, _EMAIL, _MAILBOX))
    if person.email:
        yield LOGIN, _mailbox(person.email)


def _mailbox(address: str) -> str:
    return address.casefold().partition("@")[0]


def _learner(person: Person) -> Learner:
    return Learner(
        key=key_of(person),
        name=readable(person.name) or person.email or key_of(person),
        email=person.email,
        ids=person.ids,
        section=person.section,
    )


# ---- whose the files are ---------------------------------------------------------------------------------------------


def in_order(learners: Iterable[Learner]) -> tuple[Learner, ...]:
    """Learners in the order of their names, without regard to accents and case."""
    return tuple(sorted(learners, key=lambda learner: (words_of(learner.name), learner.key)))


class Owners:
    """The learners of a class while its files are sorted: those of the roster, and those whom the files bring along.

    Without a roster, ``reference`` may be a list of the class that says nothing of who is in it, but what they are
    called, such as a gradebook to be filled in; and those whom ``earlier`` runs knew keep the keys they had.
    """

    def __init__(
        self,
        roster: Roster | None,
        groups: Iterable[Group] = (),
        *,
        reference: Roster | None = None,
        earlier: Roster | None = None,
    ) -> None:
        self._roster = roster
        self._earlier = earlier
        self._reference = roster or reference
        self._groups = Groups((*groups, *(self._reference.groups if self._reference else ())))
        self._learners = {learner.key: learner for learner in roster.learners} if roster else {}
        self._listed = frozenset(self._learners)
        self._keys: dict[Person, str] = {}
        self._strangers: dict[str, LeftOver] = {}
        self._met_groups: dict[Group, tuple[str, ...]] = {}
        self._other_names: dict[str, list[Learner]] = {}

    def keys(self, person: Person) -> tuple[str, ...]:
        """The keys of this person, or of the members of the group that is meant. They are in the class from now on."""
        group = self._groups.called(person.name)
        if group is None or (not group.by_hand and self._is_called(person)):
            self._compare(person)
            return (self.key(person),)
        if group not in self._met_groups:
            self._met_groups[group] = tuple(dict.fromkeys(map(self.named, group.members)))
        return self._met_groups[group]

    def key(self, person: Person) -> str:
        """The key of this person, who is in the class from now on."""
        if person not in self._keys:
            self._keys[person] = self._meet(person)
        return self._keys[person]

    def named(self, person: Person) -> str:
        """The key of a person whom the instructor names, perhaps by the key itself."""
        if person.handle in self._learners:
            return person.handle
        listed = self._reference.find(person) if self._reference else ()
        if len(listed) != 1:
            return self.key(person)
        return self.key(Person(name=listed[0].name, email=listed[0].email, ids=listed[0].ids))

    def knows(self, word: str) -> bool:
        """Whether the roster has a learner whom this word means."""
        return self._reference is not None and bool(self._reference.find(person_called(word)))

    def name(self, key: str) -> str:
        return self._learners[key].name

    def learners(self) -> tuple[Learner, ...]:
        """The learners of the class in the order of their names."""
        return in_order(self._learners.values())

    def strangers(self) -> tuple[LeftOver, ...]:
        """The learners who are not clearly on the roster, and why."""
        return tuple(self._strangers[key] for key in sorted(self._strangers))

    def listed(self) -> tuple[Learner, ...]:
        """The learners of the roster, or of what stands in for it, in the order of the file."""
        return self._reference.learners if self._reference else ()

    def met_groups(self) -> Mapping[Group, tuple[str, ...]]:
        """The groups that handed something in, and the keys of their members."""
        return self._met_groups

    def other_names(self) -> Mapping[str, Learner]:
        """Names by which files call a learner, who is known by number and has another name on the list.

        What several are called is no name: in blind marking all are "Participant".
        """
        return {name: several[0] for name, several in self._other_names.items() if len(several) == 1}

    def _is_called(self, person: Person) -> bool:
        """Whether one learner has the very name of this person, who then is no group."""
        by_name = Person(name=person.name, handle=person.handle)
        return self._reference is not None and len(self._reference.find(by_name)) == 1

    def _meet(self, person: Person) -> str:
        listed = self._find(person) if self._roster else self._met_before(person)
        if len(listed) == 1:
            key = listed[0].key
            self._learners.setdefault(key, listed[0])
        else:
            key = key_of(person)
            if key in self._listed:
                # Another learner on the roster has this very key, and must not get the marks of this one.
                key = f"{key}-unlisted"
            if self._roster:
                self._strangers[key] = LeftOver(shown=readable(person.name), reason=_why(listed, self._roster))
        known = self._learners.get(key) or Learner(key=key, name=readable(person.name) or key)
        self._learners[key] = _with_ids(known, person)
        return key

    def _find(self, person: Person) -> tuple[Learner, ...]:
        """The learners of the roster whom this may be.

        Older versions of Moodle write the group before the name, ``Group A-Jane Doe``, if groups hand in together.
        """
        assert self._roster is not None
        listed = self._roster.find(person)
        # Only after the name of a group: "Anne-Marie Doe", who is not on the roster, is not its Marie Doe.
        ends = [at for at, char in enumerate(person.name) if char == "-" and self._groups.called(person.name[:at])]
        tails = (replace(person, name=person.name[at + 1 :]) for at in ends)
        return listed or next((found for tail in tails if len(found := self._roster.find(tail)) == 1), ())

    def _met_before(self, person: Person) -> tuple[Learner, ...]:
        """The learners of earlier runs who are known by what this person is known by, or have the very name.

        No roster vouches for them, so that a name which only looks alike is that of somebody else.
        """
        if self._earlier is None:
            return ()
        name = slug(readable(person.name))
        named = (learner for learner in self._earlier.find(person) if slug(learner.name) == name)
        return self._earlier.identified(person) or tuple(named)

    def _compare(self, person: Person) -> None:
        """Note a name that is not that of the learner whose number comes with it: it may be a group's."""
        if not {CANVAS, MOODLE} & dict(person.ids).keys() or not self._reference:
            return
        listed, label = self._reference.find(person), label_of(person.name)
        if len(listed) == 1 and label and not any(spelled in label for spelled in spellings(listed[0].name)):
            several = self._other_names.setdefault(person.name, [])
            several += [learner for learner in listed if learner not in several]


def _why(listed: tuple[Learner, ...], roster: Roster) -> str:
    if not listed:
        return f"is not on {roster.where.name}"
    people = " or ".join(f"{learner.name} ({learner.key})" for learner in listed)
    return f"could be {people} of {roster.where.name}"


def _with_ids(learner: Learner, person: Person) -> Learner:
    """The learner with the ids, address and section that an export adds."""
    ids = tuple(dict.fromkeys((*learner.ids, *person.ids)))
    return replace(learner, ids=ids, email=learner.email or person.email, section=learner.section or person.section)


# ---- the file --------------------------------------------------------------------------------------------------------


def _columns(sheet: Sheet) -> dict[_Column, int]:
    headings = [" ".join(words_of(text)) for text in sheet.texts(0)]
    columns = {
        column: headings.index(name)
        for column, names in _HEADINGS.items()
        for name in reversed(names)
        if name in headings
    }
    if "id" in headings:
        # In a gradebook of Canvas this is the user id, and in an instructor's own list the student number.
        is_canvas = "sis login id" in headings
        columns.setdefault(_Column.CANVAS if is_canvas else _Column.NUMBER, headings.index("id"))
    if "github username" in headings and _Column.MOODLE in columns:
        # The roster of GitHub Classroom has identifiers, too, which the instructor once typed in.
        columns.setdefault(_Column.NUMBER, columns.pop(_Column.MOODLE))
    if "canvas user id" in headings and "user id" in headings:
        # The groups of a group set, as Canvas exports them: "user id" is there what a gradebook calls SIS User ID.
        columns.setdefault(_Column.NUMBER, headings.index("user id"))
    if _Column.MOODLE not in columns and (worksheet := worksheet_of(sheet)):
        # A worksheet in another language than English, whose headings say nothing, or something else.
        by_shape = {
            _Column.MOODLE: worksheet.identifier,
            _Column.NAME: worksheet.name,
            _Column.EMAIL: worksheet.email,
        }
        shaped = {column: at for column, at in by_shape.items() if at is not None}
        columns = {column: at for column, at in columns.items() if at not in shaped.values()} | shaped
    if not columns.keys() & {_Column.NAME, _Column.LAST, _Column.EMAIL, _Column.LOGIN, _Column.MOODLE}:
        seen = ", ".join(repr(text) for text in sheet.texts(0)[:6])[:200]
        message = f"{sheet.where}:{sheet.first_line}: no column says who the learners are; the headings are {seen}"
        raise ClassroomError(message, hint="Name a column `name` and, better still, one `email`, `login` or `id`.")
    return columns


def people_in(sheet: Sheet) -> tuple[RosterRow, ...]:
    """The people that a table lists. Raises ClassroomError if no column says who they are."""
    columns = _columns(sheet)
    rows, line = [], sheet.first_line
    for row in range(len(sheet.rows)):
        person = _person(sheet, row, columns)
        if row and (person.name or person.email or person.ids) and person.name not in _NO_STUDENTS:
            rows.append(RosterRow(row=row, line=line, person=person))
        line += 1 + sum(cell.count("\n") for cell in sheet.rows[row])
    return tuple(rows)


def _person(sheet: Sheet, row: int, columns: dict[_Column, int]) -> Person:
    cells = dict.fromkeys(_Column, "") | {at: sheet.text(row, where).strip() for at, where in columns.items()}
    number = _NUMBER_AT_THE_END.search(cells[_Column.MOODLE])
    ids = {system: cells[column] for column, system in _IDS.items() if cells[column]}
    if number:
        ids[MOODLE] = number[1]
    addresses = (cells[column] for column in (_Column.EMAIL, _Column.LOGIN, _Column.NUMBER))
    return Person(
        name=cells[_Column.NAME] or f"{cells[_Column.FIRST]} {cells[_Column.LAST]}".strip(),
        email=next((text for text in addresses if "@" in text), ""),
        ids=tuple(ids.items()),
        section=cells[_Column.SECTION],
        group=cells[_Column.GROUP],
    )
