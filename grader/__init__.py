"""Plays learners' async code in a box, judges the recordings outside of it, and says in words what went wrong.

One-way layers; a module imports only what stands before it (``tests/test_layers.py`` executes this list):

    errors  diagnosis  wire  values  recording  reading
    kit_table  hidden_tests  exercise  kit
    submission  names  program  interface  imports  please_look  policy
    box (imports only wire, values and recording)  isolation  enclosure  bytecode  launch  child  sandbox  cell
    verdict  schedules  shorten  attempt  judge  blame  engine  documents
    conditions  worker  crews  batch  gradebook_file  gradebook  classroom  class_run
    timeline_lanes  timeline_steps  timeline  reports
    workspace  guidance  progress  kitcheck  doctor  outlets  desk  class_files  class_handback  class_desk
    exit_codes  command_names  stdout  options  cli_class  cli
"""

__version__ = "0.1.0"
