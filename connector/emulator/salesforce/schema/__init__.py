"""What the emulated org knows of its objects and fields, and what it shows."""
