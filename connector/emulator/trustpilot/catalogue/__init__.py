"""The product catalogue of the emulated Trustpilot."""
