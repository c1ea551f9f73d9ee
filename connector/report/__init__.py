"""What people and machines read of a run: sentences, tables, one JSON line, log lines."""
