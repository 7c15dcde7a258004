"""Plays learners' async code in a box, judges the recordings outside of it, and says in words what went wrong.

One-way layers; a module imports only what stands before it (``tests/test_layers.py`` executes this list):

    errors  diagnosis  wire  values  recording  reading  kit  submission  policy
    box (imports only wire, values and recording)  sandbox  judge  verdict  engine
    timeline  reports  workspace  kitcheck  cli
"""

__version__ = "0.1.0"
