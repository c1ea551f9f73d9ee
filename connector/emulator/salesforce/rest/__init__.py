"""The REST surface of the emulated org: sign-in, records, queries, collections."""
