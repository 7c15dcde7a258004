# root: fault:syntax
# says: prompt
>>> import anyio
>>> async def join(*fns):
...     results = [None] * len(fns)
...     return results
