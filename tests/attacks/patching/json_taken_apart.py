# expect: fails
# policy: please-look
"""Takes everything out of json."""

import json

for name in [name for name in vars(json) if not name.startswith("_")]:
    setattr(json, name, None)


async def answer():
    return 2
