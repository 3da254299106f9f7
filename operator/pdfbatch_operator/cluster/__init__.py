"""The way to the Kubernetes API: connection, requests and their errors, watches, the Lease, Events.

Nothing here knows what a batch is for.
"""
