# expect: tampered
# policy: import
"""Spans that began later than the ones after them."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(
        message(spans=[["a", 2, 3, "returned", None, 0], ["b", 1, 3, "returned", None, 0]]), allow_nan=True
    )
    os.write(4, text.encode() + b"\n")
    os._exit(0)
