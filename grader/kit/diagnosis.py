"""A diagnosis: a named kind of failure, with a sentence, an explanation and three hints.

``catalogue`` has those that the grader can make for any exercise. A kit adds its own in ``exercises/kit.toml``, for its
hidden tests.
"""

from __future__ import annotations

from dataclasses import dataclass

HINT_STAGES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One kind of failure, in the learner's words.

    ``sentence`` finishes "error: ": lower case, present tense, no full stop. ``help`` is one line that starts with a
    verb. ``hints`` has three stages: a question, the idea, nearly the code.
    """

    slug: str
    sentence: str
    explanation: str
    help: str
    hints: tuple[str, ...]
