"""``grade`` as a program, and ``python -m grader``.

Importing the command takes a moment, and Ctrl-C in that moment must not print a traceback either. So nothing is
imported before that is taken care of.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command; at Ctrl-C leave with the exit code that stands for it, wherever it comes."""
    try:
        from grader.cli.main import entry

        entry()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr, flush=True)
        # Not sys.exit: see ``grader.cli.main.leave_interrupted``, which may not be there yet.
        os._exit(130)


if __name__ == "__main__":
    main()
