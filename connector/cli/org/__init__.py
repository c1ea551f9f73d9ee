"""The commands about the org and the package."""
