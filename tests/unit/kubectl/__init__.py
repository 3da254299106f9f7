"""kubectl pdfbatch, against an API server in memory; what people read is looked at as text."""
