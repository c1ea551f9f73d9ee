"""The grammar of invitation rules, the entries that set them off, conditions and delays."""
