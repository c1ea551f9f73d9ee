"""Reviews in: listed, compared, written; disappearances, backfill, checks, the summary."""
