"""`plan`: the manifest, the source and the template, frozen; and where mistakes are caught, before a million prints."""
