# expect: tampered
# policy: import
"""A result of two kinds at once."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(result={"k": "answer", "t": [1]}), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
