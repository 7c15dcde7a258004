"""What an expression of a program gives, as far as reading can tell."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import StrEnum

MOST_CLASSES = 4
"""To how many classes an object may belong before it counts as unknown."""


class What(StrEnum):
    """What an expression gives, as far as it can be seen."""

    OPEN = "open"
    """Not known yet: it depends on arguments that no call has given so far."""
    NOTHING = "nothing"
    """None."""
    OWN = "own"
    """An object of a class of the file."""
    CLASS = "class"
    """A class of the file."""
    MANY = "many"
    """A collection that the file made, of its own objects."""
    CAUGHT = "caught"
    """An exception."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Kind:
    """What an expression gives, and the classes of the file that it may belong to."""

    what: What
    classes: tuple[ast.ClassDef, ...] = ()

    def __or__(self, other: Kind) -> Kind:
        if self.what is What.OPEN or self == other:
            return other
        if other.what in (What.OPEN, What.NOTHING):
            return self
        if self.what is What.NOTHING:
            return other
        if self.what is not other.what:
            return UNKNOWN
        classes = tuple(dict.fromkeys((*self.classes, *other.classes)))
        return Kind(self.what, classes) if len(classes) <= MOST_CLASSES else UNKNOWN


OPEN, NOTHING, CAUGHT, UNKNOWN = Kind(What.OPEN), Kind(What.NOTHING), Kind(What.CAUGHT), Kind(What.UNKNOWN)


def collection_of(each: Kind) -> Kind:
    """A collection of such objects."""
    if each.what in (What.OPEN, What.NOTHING, What.OWN):
        return Kind(What.MANY, each.classes)
    return UNKNOWN


def element_of(whole: Kind) -> Kind:
    """What a collection gives when it is gone through."""
    if whole.what is What.MANY:
        return Kind(What.OWN, whole.classes) if whole.classes else OPEN
    return whole if whole.what is What.OPEN else UNKNOWN
