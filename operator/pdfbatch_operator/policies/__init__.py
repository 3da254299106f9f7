"""What is done about a batch, one policy a file: each takes the turn as it is so far and returns the next.

None does I/O or reads a clock; reconcile.py says in which order they come.
"""
