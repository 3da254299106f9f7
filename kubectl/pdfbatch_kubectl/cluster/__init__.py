"""The way to the API server: where it is, who we are, and in words what it refuses."""
