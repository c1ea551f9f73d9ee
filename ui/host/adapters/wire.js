/**
 * The life of a wire adapter: it is known while its component is on the page, and reads when asked.
 *
 * A kind of adapter keeps those that are on the page in its own `wires`, and says how to `read`.
 */
export class Wire {
    constructor(emit, nothing) {
        this.emit = emit;
        this.emit(nothing);
    }

    connect() {
        this.constructor.wires.add(this);
    }

    disconnect() {
        this.constructor.wires.delete(this);
    }

    update(config) {
        this.config = config;
        this.read();
    }
}
