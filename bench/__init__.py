"""How fast pdfbatch is, beside other ways to make the same PDFs, on one machine, in one run.

`python -m bench` (or `make bench`) writes the tables of RESULTS.md. Nothing here is imported by the product.
"""
