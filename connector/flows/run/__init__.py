"""What every flow of a run stands on: context, opening, issues, closing; and status."""
