"""The ``grade`` command: arguments in, exit code out. click lives here and nowhere else.

Each command parses, calls one function of ``desk`` and says what came of it; ``main`` has the small ones, ``run`` and
``class_`` have a module each. To add an option, add it to its command; options that every command understands stand in
``options``, exit codes in ``exit_codes``.

    exit_codes stdout options run class_ main
"""
