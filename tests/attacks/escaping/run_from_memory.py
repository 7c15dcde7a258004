# expect: fails or crashed
# policy: import
# level: 2
"""Runs a program that it has written into memory."""

import os
import subprocess


async def answer():
    try:
        descriptor = os.memfd_create("grader-attack", 0)
        os.write(descriptor, b"#!/bin/sh\ntrue\n")
        subprocess.run([f"/proc/self/fd/{descriptor}"], pass_fds=[descriptor], check=True)
        return 1
    except (OSError, subprocess.SubprocessError):
        return 2
