# expect: fails or crashed or raised
# policy: import
"""Opens as many descriptors as there can be, and keeps them."""

import os

kept = []


async def answer():
    try:
        while True:
            kept.extend(os.pipe())
    except OSError:
        pass
    return 2
