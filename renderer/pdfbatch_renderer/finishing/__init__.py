"""The parts of `finish`: from all attempts' records to one manifest and one summary."""
