"""Stage entries as the org tells of them, and how far they have been read."""
