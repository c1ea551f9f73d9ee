"""Who may call the emulated Trustpilot, with which token, and how often."""
