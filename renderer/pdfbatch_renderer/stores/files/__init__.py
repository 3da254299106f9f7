"""Folders: file:// and plain paths, durable and whole."""
