"""The package as files, its schema, and the spelling of org ids."""
