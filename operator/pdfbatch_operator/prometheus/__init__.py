"""What the autoscaler hears from Prometheus. Asked in the background, for the batches that need it; nothing waits for
it, and whatever goes wrong is a value that says so."""
