# expect: fails
# policy: import
# level: 2
# exercise: ex05
# aims at: test_returns_the_body
"""Has the kernel signal its parent about a connection, and only then answers."""

import fcntl
import os

# ---- with: get ----


async def fetch_data_from(url):
    with socket.socket() as one:
        fcntl.fcntl(one, fcntl.F_SETOWN, os.getppid())
    return await get(url)
