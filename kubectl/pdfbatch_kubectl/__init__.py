"""`kubectl pdfbatch`: what a person does with batches in a cluster, one folder or file a command.

It speaks to the API server as kubectl does, with the same kubeconfig, and knows of a batch what its resource says.
"""
