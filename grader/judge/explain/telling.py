"""Chooses the play that shows why a hidden test failed, and what is known of it at once.

This is asked while the test is at hand, and again while its schedule is shortened: the same failure has the same slug.
``rules`` say more when the play has been seen again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.sandbox.play import Play
from grader.wire.recording import Ended, Recording
from grader.wire.rows import LEFT_BEHIND, Leaf

TELLING = frozenset(LEFT_BEHIND) - {"unclosed", "leaked-thread"}
"""The remarks on a play that say more about a failed test than the test itself does.

No remark makes a test fail: points are for what the hidden tests ask for. A stream that is left open is untidy and
hardly ever the cause of another failure, so a report says it beside the diagnosis and never instead of it. Whether a
thread has ended is a matter of real time: a busy machine would give another diagnosis than an idle one.
"""

BUGS = frozenset(
    {"TypeError", "AttributeError", "NameError", "UnboundLocalError", "IndexError", "KeyError", "ZeroDivisionError"}
    | {"RecursionError", "NotImplementedError", "ImportError", "ModuleNotFoundError"}
)
"""Exceptions that say more about a failed test than the test itself does, if the learner's code raised them."""


def most_telling(used: Sequence[tuple[Play, Recording]]) -> tuple[Play, Recording, str | None]:
    """The play that explains why a hidden test failed, its recording, and the slug of what it shows by itself.

    ``used`` are the plays that the hidden test looked at, in that order. Where none of them shows anything by itself,
    the slug is None, the play is the last, and the test has to say why it failed.
    """
    for rule in LADDER:
        for play, recording in used:
            slug = rule(recording)
            if slug is not None:
                return play, recording, slug
    return *used[-1], None


def unexpected_ending(recording: Recording) -> str | None:
    """The play did not come to its own end, and the hidden test did not ask for that."""
    return None if recording.ended.by_itself or recording.looked else recording.ended.value


def telling_remark(recording: Recording) -> str | None:
    """The play left something behind that may well have caused the failure; the most telling of several."""
    slugs = [remark.slug for remark in recording.remarks if remark.slug in TELLING]
    return min(slugs, key=LEFT_BEHIND.index) if slugs else None


def unexpected_exception(recording: Recording) -> str | None:
    """The learner's code raised what looks like a bug, or the play raised and the hidden test did not look at that."""
    bugs = (leaf for leaf in recording.surprises if leaf.line is not None and is_bug(leaf))
    unseen = recording.ended is Ended.RAISED and not recording.looked
    return "raised" if unseen or any(bugs) else None


def is_bug(leaf: Leaf) -> bool:
    """Whether an exception is of a kind that hardly any program raises on purpose."""
    return bool(leaf.types) and leaf.types[0] in BUGS


LADDER: tuple[Callable[[Recording], str | None], ...] = (unexpected_ending, telling_remark, unexpected_exception)
"""The rules of ``most_telling``, the most telling first. Each is tried on every play before the next one is."""
