"""When a run is too long, or idle for too long."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """When a run is too long. Steps are counted, the horizon is virtual; the graces are real seconds, for sockets."""

    steps: int = 50_000
    spin: int = 20_000
    """Steps without virtual time moving."""
    horizon: float = 1_000_000.0
    within: float = inf
    """When this very play must be over, where its hidden test says so."""
    unwind: int = 20_000
    """Steps in which a failed run may finish its clean-up."""
    socket_grace: float = 0.002
    last_socket_grace: float = 0.25
    """When no timer is left: the last chance before it is called a deadlock."""

    @property
    def late(self) -> float:
        return min(self.horizon, self.within)

    @property
    def latest(self) -> float:
        """Where time stops for good: a run that is late may clean up for as long again. Floats stay exact enough."""
        return 2 * self.horizon
