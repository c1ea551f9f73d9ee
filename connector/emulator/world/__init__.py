"""A business made up for rehearsal: the same one each time, on both emulated sides.

The generators are pure: seeds and times go in, plain values come out, in the order in which they
happened. Only `seeding` touches the emulator. No person, company or address in here is real.
"""

from connector.emulator.world.handles import World
from connector.emulator.world.seeding import seed

__all__ = ["World", "seed"]
