"""Rows of the emulated org: stored, checked, completed, followed up, remembered."""
