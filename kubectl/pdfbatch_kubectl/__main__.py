"""`python -m pdfbatch_kubectl`: the same as `kubectl pdfbatch`."""

from pdfbatch_kubectl.app import main

if __name__ == "__main__":
    main()
