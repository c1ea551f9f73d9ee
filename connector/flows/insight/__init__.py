"""The planner of claims over the past, about one record, and counts of the ledger."""
