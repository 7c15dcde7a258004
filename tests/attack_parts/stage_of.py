def stage_of(fns):
    """The stage that stands behind the functions of a scenario, if there is one."""
    given = [value for fn in fns for value in getattr(fn, "args", ())]
    given += [cell.cell_contents for fn in fns for cell in getattr(fn, "func", fn).__closure__ or ()]
    return next((value for value in given if type(value).__name__ == "Stage"), None)
