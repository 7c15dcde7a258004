# expect: fails or crashed
# policy: import
# level: 2
"""Runs Python, which is there to be read."""

import subprocess
import sys


async def answer():
    try:
        subprocess.run([sys.executable, "-S", "-c", "pass"], check=True)
        return 1
    except (OSError, subprocess.SubprocessError):
        return 2
