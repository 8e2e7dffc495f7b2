"""The command line: the processes that make an installation, and the questions that a person asks from the shell.

Each command is a module with `main(arguments) -> exit code`, imported when it is called, so that the pure ones (hours,
policy, replay) start at once. Exit codes: 0 done, 1 a finding or a failure that was explained, 2 a command written wrongly.
"""
