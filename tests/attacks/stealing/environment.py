# expect: fails
# policy: import
"""Reads the environment, where secrets are kept."""

import os


async def answer():
    secrets = [name for name in os.environ if name.startswith(("GRADER", "PYTEST", "HOME", "USER", "GITHUB"))]
    return 1 if secrets else 2
