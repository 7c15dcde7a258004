"""The ``grade`` command: arguments in, exit code out. click is imported here and nowhere else.

Each command parses its arguments, calls one use case of ``desk``, prints the result
and chooses the exit code.

- ``main`` has the small commands, and ``entry``, which turns every error into a message and an exit code.
- ``run`` is ``grade run``, which ``grade ex01`` means too; ``watch`` is ``grade watch``, ``class_`` is ``grade class``,
  ``kit`` is ``grade kit``.
- ``options`` has the options that every command understands, and what people type in place of a command.
- ``completion`` is what the shell completes when Tab is pressed.
- ``stdout`` prints results even to a reader that knows only ASCII or has gone away; ``exit_codes`` lists the codes.

To add an option, add it to the decorators of its command. Import what is heavy inside the command's function: the time
of ``grade --help`` is that of the imports at the top.

    exit_codes stdout completion options run watch class_ kit main
"""
