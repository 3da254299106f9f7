"""`python -m pdfbatch_renderer.cli`, for where the program's name is not on PATH."""

from pdfbatch_renderer.cli.app import main

main()
