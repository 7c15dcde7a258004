"""Which simulation runs now in this process, if any."""

from __future__ import annotations

from grader.box.simulation.core import Simulation

_current: Simulation | None = None


def current() -> Simulation | None:
    """The simulation of the play that runs now."""
    return _current


def activate(simulation: Simulation | None) -> None:
    global _current
    _current = simulation
