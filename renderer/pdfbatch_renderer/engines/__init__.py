"""What prints: an engine a folder. Which exist in this version, and how one is opened."""
