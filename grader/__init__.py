"""Plays learners' async code in a box, judges the recordings outside of it, and says in words what went wrong.

One-way layers; a module imports only what stands before it (``tests/test_layers.py`` executes this list):

    backends  errors  diagnosis  wire  values  outcomes  recording  reading
    toml_lines  toml_table  kit_table  hidden_tests  exercise  kit
    submission  names  weight  program  interface  imports  please_look  policy
    box (imports only wire, values and recording)  isolation  enclosure  bytecode  launch  child  job
    interrupts  sandbox  lines  play  cell
    versions  verdict  schedules  shorten  pytest_session  attempt  judge  blame  results  engine  documents
    conditions  worker  pools  batch  gradebook_file  gradebook  classroom  class_run
    timeline_bars  timeline_lives  timeline_lanes  timeline_steps  timeline  reports
    workspace  guidance  progress  kitcheck  doctor  outlets  desk  run_desk
    class_files  class_handback  class_wishes  class_desk
    exit_codes  command_names  stdout  options  cli_desk  cli_run  cli_class  cli_faults  cli
"""

__version__ = "0.1.0"
