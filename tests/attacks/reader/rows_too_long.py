# expect: tampered
# policy: import
"""A mark with more parts than marks have."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(marks=[[0, "answer", 1, 1]]), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
