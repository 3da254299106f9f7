"""Object stores, all through obstore: s3://, gs://, az://."""
