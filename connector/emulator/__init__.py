"""The emulator: both vendors, played on this machine as their reference pages describe them.

An independent witness: it imports nothing else of this project, so that a misreading in the
connector is not repeated here. One set of handlers stands behind two doors (`doors.HttpsDoors`,
`doors.InProcessDoor`). `app.Emulator` is the whole thing.
"""
