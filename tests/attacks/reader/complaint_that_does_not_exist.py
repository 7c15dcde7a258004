# expect: tampered
# policy: import
"""A complaint that the grader does not know."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(hygiene=[["fine", None, ""]]), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
