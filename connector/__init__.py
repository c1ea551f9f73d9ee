"""A bidirectional connector between Trustpilot and Salesforce.

Reviews come in, invitations and replies go out; everything it remembers is in the org.
`docs/architecture.md` says where to go from here.
"""
