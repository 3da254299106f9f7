"""What Kubernetes costs: batches on the test cluster beside `pdfbatch run` on the same cores, in one run.

`python -m bench.cluster` (or `make bench-cluster`) writes the cluster's part of RESULTS.md.
"""
