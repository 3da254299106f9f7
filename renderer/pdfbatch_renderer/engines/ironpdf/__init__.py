"""IronPDF: HTML printed by its engine, a program or container of its own, through its real client (.NET in Python).

The client is loaded in a process beside each worker, as typst and weasyprint are. The engine is one that runs already
(PDFBATCH_IRONPDF), or the one that is installed, started for that process alone and ended with it.
"""
