"""What the author of a hidden test says about a failure of it."""

from __future__ import annotations


class Diagnosed(AssertionError):
    """Raised by a hidden test that has seen why it fails, and knows a better diagnosis than the one it declares.

    ``diagnosis`` is a literal slug of the catalogue; ``feedback`` may say what was observed; ``help`` replaces that of
    the catalogue.
    """

    def __init__(self, diagnosis: str, feedback: str, *, help: str = "") -> None:
        super().__init__(diagnosis, feedback)
        self.diagnosis = diagnosis
        self.feedback = feedback
        self.help = help
