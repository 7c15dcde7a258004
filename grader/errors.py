"""Our own failures, each with an exit code and a hint that says what to do next.

GraderError
├── UsageError         2   an unknown exercise, options that contradict each other
├── KitError           4   a kit that cannot be used: the file, the key, and what is wrong
├── WorkspaceError     4   a fault of the learner's folder, not of the learner's code
├── ClassroomError     4   submissions, a roster or a platform's file that cannot be used
├── MachineError       4   this computer lacks something that grading needs
└── InternalError     70   a fault of the grader, which never costs the learner a point

A learner's mistake is data (``submission.Fault``, ``verdict.Verdict``) and is never raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable


class GraderError(Exception):
    """A failure that is not a mistake in the learner's code."""

    exit_code = 70

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(GraderError):
    """The command line asks for something that does not exist."""

    exit_code = 2


class KitError(GraderError):
    """A kit cannot be used as it is."""

    exit_code = 4


class WorkspaceError(GraderError):
    """The learner's folder cannot be used as it is."""

    exit_code = 4


class ClassroomError(GraderError):
    """Submissions of a class, or a file of its platform, cannot be used as they are."""

    exit_code = 4


class MachineError(GraderError):
    """This computer cannot do what was asked."""

    exit_code = 4


class InternalError(GraderError):
    """The grader itself is at fault."""


def do_all(actions: Iterable[Callable[[], None]]) -> None:
    """Do every action, even after one has failed; then raise the first GraderError, if there was any."""
    errors: list[GraderError] = []
    for act in actions:
        try:
            act()
        except GraderError as error:
            errors.append(error)
    if errors:
        raise errors[0]
