"""The browser demo: the package's own components in a local page, on the emulated org.

Every part reads and writes the emulated org as a person there would; none of them knows the
connector, which runs beside it as its own process.
"""
