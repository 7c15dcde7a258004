# expect: fails or crashed
# policy: import
"""A grandchild in a session of its own, deaf to polite signals, with nothing of ours open."""

import os
import signal
import sys


async def answer():
    try:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.setsid()
                for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                    signal.signal(number, signal.SIG_IGN)
                os.closerange(0, 1024)
                os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(1000)", "grader-attack"])
            os._exit(0)
    except OSError:
        pass
    return 2
