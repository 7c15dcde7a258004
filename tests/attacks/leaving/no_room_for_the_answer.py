# expect: fails or crashed or limit or deadlock
# policy: import
"""Takes all memory when its answer is ready, so that there is none for the grader's message."""

import resource


async def answer():
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used, used))
    hoard = []
    try:
        while True:
            hoard.append([None] * 100)
    except MemoryError:
        globals()["hoard"] = hoard
    return 2
