"""The commands about whole runs."""
