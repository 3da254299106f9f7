"""Several documents in one file: a zip, or one merged PDF, assembled when a shard's documents are all rendered."""
