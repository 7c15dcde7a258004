# root: serial
# line: 6, 7
async def join(*fns):
    coros = [fn() for fn in fns]
    out = []
    for c in coros:
        out.append(await c)
    return out
