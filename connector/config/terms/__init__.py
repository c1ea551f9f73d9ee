"""What every document is made of: YAML that knows its lines, sections, values, problems."""
