# root: wrong-kind
# also: nothing-returned
# says: None
async def join(*fns):
    pass
