# expect: fails or crashed
# policy: import
# level: 2
"""Takes hold of its parent by a descriptor."""

import os
import signal


async def answer():
    try:
        descriptor = os.pidfd_open(os.getppid())
        signal.pidfd_send_signal(descriptor, 0)
        return 1
    except OSError:
        return 2
