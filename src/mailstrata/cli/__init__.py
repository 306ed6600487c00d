"""The command line: reads arguments, calls `wiring`, prints a report. One command a module, imported when it is called."""
