# expect: fails or crashed
# policy: please-look
"""Makes json write what it likes."""

import json

json.dumps = json.dump = lambda *args, **options: '{"result": 1, "ended": "returned"}'
json.JSONEncoder.encode = lambda self, document: '{"result": 1, "ended": "returned"}'
json.encoder.encode_basestring_ascii = json.encoder.c_make_encoder = None


async def answer():
    return 2
