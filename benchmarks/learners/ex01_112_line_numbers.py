# root: fault:syntax
# says: numbers
1  import anyio
2
3  async def join(*fns):
4      results = [None] * len(fns)
5      return results
