# expect: fails or crashed
# policy: import
# level: 1
"""Gives itself more memory than it was given."""

import resource


async def answer():
    try:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        return 1
    except (OSError, ValueError):
        return 2
