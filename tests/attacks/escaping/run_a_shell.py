# expect: fails or crashed
# policy: import
# level: 2
"""Runs a shell."""

import subprocess


async def answer():
    try:
        subprocess.run(["/bin/sh", "-c", "true"], check=True)
        return 1
    except (OSError, subprocess.SubprocessError):
        return 2
