"""Money, numbers and dates in a locale's own way: Babel's strings, from formatters that are built once."""
