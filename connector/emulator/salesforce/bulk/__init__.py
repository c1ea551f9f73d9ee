"""Bulk API 2.0 of the emulated org: ingest and query jobs."""
