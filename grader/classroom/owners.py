"""The learners of a class while its files are sorted: the roster's, and those whom the files bring along."""

from __future__ import annotations

from grader.classroom.found import LeftOver
from grader.classroom.people import Learner, Person, key_of, readable, words_of
from grader.classroom.roster import Roster, with_ids


class Owners:
    """Everybody in the class, by key."""

    def __init__(self, roster: Roster | None) -> None:
        self._roster = roster
        self._learners = {one.key: one for one in roster.learners} if roster else {}
        self._listed = frozenset(self._learners)
        self._keys: dict[Person, str] = {}
        self._strangers: dict[str, LeftOver] = {}

    def key(self, person: Person) -> str:
        """The key of whoever this is, who is in the class from now on."""
        if person not in self._keys:
            self._keys[person] = self._meet(person)
        return self._keys[person]

    def name(self, key: str) -> str:
        return self._learners[key].name

    def learners(self) -> tuple[Learner, ...]:
        """In the order of their names."""
        return tuple(sorted(self._learners.values(), key=lambda one: (words_of(one.name), one.key)))

    def strangers(self) -> tuple[LeftOver, ...]:
        return tuple(self._strangers[key] for key in sorted(self._strangers))

    def _meet(self, person: Person) -> str:
        found = self._roster.find(person) if self._roster else ()
        if len(found) == 1:
            key = found[0].key
            self._learners[key] = with_ids(self._learners[key], person)
            return key
        key = key_of(person)
        if key in self._listed:
            # Somebody on the roster has this very key and is not who this is: nothing may be put down to them.
            key = f"{key}-unlisted"
        if self._roster:
            self._strangers[key] = LeftOver(shown=readable(person.name), reason=_why(found, self._roster))
        known = self._learners.get(key) or Learner(key=key, name=readable(person.name) or key)
        self._learners[key] = with_ids(known, person)

        return key


def _why(found: tuple[Learner, ...], roster: Roster) -> str:
    if not found:
        return f"is not on {roster.where.name}"
    people = " or ".join(f"{one.name} ({one.key})" for one in found)
    return f"could be {people} of {roster.where.name}"
