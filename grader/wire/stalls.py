"""The stacks that a child writes while one call into C keeps all of its Python waiting, and what is read in them.

Each is in the format of ``faulthandler``. A child of a stranger may write whatever it wants there: a stack costs it its
own play and nothing else, so no more is read than a line of its own file.
"""

from __future__ import annotations

import re
from collections.abc import Collection

STALL_SECONDS = 0.1
"""CPU seconds from one stack to the next while the call goes on."""
STALLS = 6
"""Stacks in a row after which the step blocks the loop: half a second of CPU, as for a step in Python, and one more."""
KNOWN_STALLS = 1
"""Stacks that are enough in a line in which another play of the program has hung."""
GOES_ON = b"\nThe call is over.\n"
"""Written when Python has run again after a stack."""

_STACK = re.compile(
    rb'Stack \(most recent call first\):\n(?:  File "(?!/submission/)[^"\n]{0,600}", line \d{1,9} in [^\n]{0,600}\n)*'
    rb'  File "/submission/[^"\n]{1,600}", line (\d{1,6}) in '
)


def stalled_line(written: bytes, known: Collection[int]) -> int | None:
    """The submission's line in which a child is stuck, by what it has written; None while it may still go on.

    ``known`` are the lines in which other plays have hung.
    """
    if not written.endswith(b"\n"):
        return None  # in the middle of a stack, which comes in hundreds of pieces
    stacks = _STACK.findall(written[written.rfind(GOES_ON) + 1 :])
    line = int(stacks[-1]) if stacks else None
    return line if len(stacks) >= (KNOWN_STALLS if line in known else STALLS) else None
