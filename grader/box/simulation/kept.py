"""What decides about time and order in a run, and must not be replaced while the run goes on.

A submission can reach every object of the grader in its process. ``Parts`` are tuples, whose named parts no assignment
changes; it is remembered instead, and the player then says that the play was tampered with. ``kept`` is an attribute of
a simulation that ends the run as tampered when it is assigned to. Neither is a wall: what a submission changes in some
other way has to show in what it records, which the trusted side compares.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any


class Parts:
    """Makes a named tuple remember assignments instead of refusing them. To be named before the tuple as a base."""

    def __setattr__(self, name: str, value: object) -> None:
        # The descriptor of a named part comes before the dictionary, so what is put there is never read.
        self.__dict__[name] = value

    def __delattr__(self, name: str) -> None:
        self.__dict__[name] = None

    @property
    def touched(self) -> bool:
        """Whether anything was assigned to."""
        return bool(self.__dict__)


def kept(name: str) -> Any:
    """A property of a simulation that reads the attribute of this name; to assign to it is to tamper with the run."""
    return property(
        attrgetter(name), lambda simulation, value: simulation.tampered(), lambda simulation: simulation.tampered()
    )
