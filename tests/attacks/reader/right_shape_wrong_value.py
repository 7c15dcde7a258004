# expect: fails
# policy: import
"""A forged answer of the right shape: an observation, and no verdict."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(message(spent=True), allow_nan=True)
    os.write(4, text.encode() + b"\n")
    os._exit(0)
