"""What scripts/generate.py writes, a module a kind of file: all of it from the models in api/."""
