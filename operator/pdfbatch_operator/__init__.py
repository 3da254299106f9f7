"""The control plane: reconciles PdfBatch resources. Talks to the Kubernetes API and Prometheus, and to nothing else.

observe (the API's objects into one immutable value) → decide (pure) → apply (Jobs, one status write, Events).
"""
