/**
 * `lightning/graphql` on the local server: the query travels as text, the answer as the platform's.
 */
import { ask } from './server.js';

export function gql(strings, ...values) {
    return String.raw({ raw: strings }, ...values);
}

export class graphql {
    constructor(emit) {
        this.emit = emit;
        this.emit({ data: undefined, errors: undefined });
    }

    connect() {
        this.isConnected = true;
    }

    disconnect() {
        this.isConnected = false;
    }

    update(config) {
        this.config = config;
        this.read();
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
        if (this.isConnected && config === this.config && words !== this.words) {
            this.words = words;
            this.emit(answer);
        }
    }
}
