/**
 * Lets the page live in the emulated world's time, so that "in 7 days" means its days.
 */
const MachineDate = Date;
let ahead = 0;

/** From now on `Date` tells the time of the emulated world. */
export function followWorldClock(now) {
    ahead = MachineDate.parse(now) - MachineDate.now();
    globalThis.Date = WorldDate;
}

class WorldDate extends MachineDate {
    constructor(...parts) {
        super(...(parts.length ? parts : [MachineDate.now() + ahead]));
    }

    static now() {
        return MachineDate.now() + ahead;
    }
}
