"""A program that can be played, and what the box is told about it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.kit import Limits
from grader.wire import Json, dumps

CHILD_CPU_SECONDS = 600
"""For all plays of a child; it ends a child that nobody watches any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A program that can be played: the submission under its module's name, and the scenarios."""

    module: str
    submission: str
    scenarios: str
    limits: Limits
    needs: tuple[str, ...] = ()
    """What the fences open for it: ``loopback``, ``processes``."""


def document(job: Job, proof: str) -> bytes:
    """The line that tells the box about a job. The ``proof`` is what only the grader's own code there is told."""
    limits: dict[str, Json] = {
        "memory": job.limits.memory_mb << 20,
        "cpu": CHILD_CPU_SECONDS,
        "steps": job.limits.steps,
        "horizon": job.limits.horizon_seconds,
    }
    return dumps(
        {
            "module": job.module,
            "submission": job.submission,
            "scenarios": job.scenarios,
            "limits": limits,
            "needs": list(job.needs),
            "proof": proof,
        }
    )
