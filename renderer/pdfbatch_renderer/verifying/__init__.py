"""The parts of `verify`: each looks for one kind of thing that must not be."""
