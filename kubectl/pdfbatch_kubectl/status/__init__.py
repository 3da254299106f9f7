"""`kubectl pdfbatch status`: figures are worked out of the resource, drawn, and drawn again until the batch ends."""
