# expect: tampered
# policy: import
"""Answers a question that nobody has asked."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(play="0" * 16), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
