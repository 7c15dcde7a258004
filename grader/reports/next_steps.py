"""What to type after a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from grader.reports.views import Finding, main_finding
from grader.verdict import Status, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something to type, and what it is good for."""

    line: str
    does: str


def next_commands(verdict: Verdict) -> tuple[Command, ...]:
    """Return what to type after this verdict, the most useful first."""
    name = verdict.exercise
    match verdict.status:
        case Status.PASS if verdict.complete_run:
            return (
                Command(line=f"grade solution {name}", does="compare with the reference"),
                Command(line="grade", does="what comes next"),
            )
        case Status.PASS:
            return (Command(line=f"grade {name}", does="run every test"),)
        case Status.CANNOT_JUDGE:
            return (Command(line=f"grade {name}", does="check it again"),)
        case Status.NOT_JUDGED:
            return (Command(line="grade doctor", does="what this computer can do"),)
        case Status.FAIL:
            return (Command(line=f"grade hint {name}", does="a hint"), *_replay(verdict))


def _replay(verdict: Verdict) -> tuple[Command, ...]:
    finding = main_finding(verdict)
    if finding is None or finding.failure.schedule == 0:
        return ()
    return (Command(line=replay_line(verdict, finding), does="the same order of steps again"),)


def replay_line(verdict: Verdict, finding: Finding) -> str:
    """Return the command that plays the failing schedule of this test again."""
    seed = f" --seed {finding.failure.schedule}" if finding.failure.schedule else ""
    return f"grade {verdict.exercise} --test {finding.test.number}{seed}"
