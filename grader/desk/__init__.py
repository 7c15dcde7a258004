"""One use case each, from what was asked to what is written: a learner's day, a run, a class, this computer.

Options come in from the command line, already parsed; what goes out are files, screens and an exit code as a value.
``workspace`` is the folder that ``grade init`` makes, ``learner`` serves every command about it, ``run`` grades files,
``class_`` grades a class and writes its ``class_files``, ``doctor`` examines this computer.

    workspace learner run class_files class_ doctor
"""
