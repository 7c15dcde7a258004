# expect: tampered
# policy: import
"""An error of ten thousand leaves."""

import json
import os

# ---- with: message ----


async def answer():
    text = json.dumps(
        message(ended="raised", raised={"bare": False, "leaves": [[None, ["ValueError"], "x", None]] * 10_000}),
        allow_nan=True,
    )
    os.set_blocking(4, True)
    data = text.encode() + b"\n"
    while data:
        data = data[os.write(4, data) :]
    os._exit(0)
