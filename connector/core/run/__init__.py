"""What a run did and could not do, as values: issues, reports, status, exit codes."""
