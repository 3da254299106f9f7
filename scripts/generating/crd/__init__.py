"""The CustomResourceDefinition: what the API server checks before the operator hears of a batch."""
