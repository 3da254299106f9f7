"""The contract between the control plane and the data plane: models, exit codes, names. No I/O happens here."""
