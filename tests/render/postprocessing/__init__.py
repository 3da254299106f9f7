"""Steps in whole batches, with the real engine and the real command."""
