# expect: fails
# policy: please-look
# spoils: the second question
"""Replaces every clock."""

import time

time.monotonic = time.perf_counter = time.time = time.thread_time = lambda: 0.0
time.sleep = lambda seconds: None


async def answer():
    return 2
