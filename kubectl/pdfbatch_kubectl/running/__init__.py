"""`kubectl pdfbatch run`: a manifest of this machine becomes a batch of the cluster, its files taken along."""
