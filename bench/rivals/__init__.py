"""Other ways to make the same PDFs, one file each. Each is a program of its own, so that it owes us nothing."""
