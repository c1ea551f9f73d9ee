/**
 * `lightning/graphql` on the local server: the query travels as text, the answer as the platform's.
 */
import { ask } from './server.js';
import { Wire } from './wire.js';

export function gql(strings, ...values) {
    return String.raw({ raw: strings }, ...values);
}

/** Asks every query of the page again: for a newcomer who waits for the first run. */
export function readAgain() {
    graphql.wires.forEach((each) => each.config && each.read());
}

export class graphql extends Wire {
    static wires = new Set();

    constructor(emit) {
        super(emit, { data: undefined, errors: undefined });
    }

    async read() {
        const { query, variables } = this.config;
        // The platform does not ask while a wire's reactive value is undefined.
        if (!query || ('variables' in this.config && variables === undefined)) {
            return;
        }
        const config = this.config;
        const refresh = () => this.read();
        try {
            const { data, errors } = await ask('/graphql', { query, variables });
            this.tell(config, { data, errors: errors?.length ? errors : undefined, refresh });
        } catch (error) {
            this.tell(config, { data: undefined, errors: [error], refresh });
        }
    }

    tell(config, answer) {
        const words = JSON.stringify([answer.data, answer.errors]);
        if (graphql.wires.has(this) && config === this.config && words !== this.words) {
            this.words = words;
            this.emit(answer);
        }
    }
}
