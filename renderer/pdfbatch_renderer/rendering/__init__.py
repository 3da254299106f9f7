"""`render`: a shard's rows into stored PDFs and records, by worker processes under a supervisor.

The supervisor (pool, attempt, render) reads the plan and writes the records; each worker (worker, pipeline,
document) holds a row's whole way from template to stored bytes, and may be killed at any moment.
"""
