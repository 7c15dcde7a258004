# root: never-awaited
# also: await-missing
# says: await
# line: 6
async def join(*fns):
    return [fn() for fn in fns]
