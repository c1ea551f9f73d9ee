"""The imperative shell: read, plan, apply, record, advance the mark.

Flows know ports, not vendors: no SOQL, JSON, HTTP or library of either side.
"""
