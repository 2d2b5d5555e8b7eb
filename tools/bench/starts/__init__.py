"""
What a user would write to get one result from a model: scripts that import, load and run once.

Each is a process of its own, `python FILE MODEL INPUTS THREADS`, and writes a line to standard
output when it has the first result.
"""
