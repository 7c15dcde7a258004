"""A priority that compares and adds, in the usual way with `other`."""

from functools import total_ordering


@total_ordering
class Priority:
    def __init__(self, level, order=0):
        self._level = level
        self._order = order

    def __eq__(self, other):
        if not isinstance(other, Priority):
            return NotImplemented
        return (self._level, self._order) == (other._level, other._order)

    def __lt__(self, other):
        return (self._level, self._order) < (other._level, other._order)

    def __hash__(self):
        return hash((self._level, self._order))

    def __add__(self, other):
        return Priority(self._level + other._level, min(self._order, other._order))

    def __repr__(self):
        return f"Priority({self._level}, {self._order})"


def highest(priorities):
    best = Priority(0)
    for priority in priorities:
        if best < priority:
            best = priority
    return best
