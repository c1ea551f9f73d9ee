/**
 * `lightning/uiRecordApi` on the local server: getRecord, updateRecord, notifyRecordUpdateAvailable.
 *
 * Every wire that shows a record hears of a change that was made through here, as on the platform.
 */
import { ask } from './server.js';

const wires = new Set();

export class getRecord {
    constructor(emit) {
        this.emit = emit;
        this.emit({ data: undefined, error: undefined });
    }

    connect() {
        wires.add(this);
    }

    disconnect() {
        wires.delete(this);
    }

    update(config) {
        this.config = config;
        this.read();
    }

    async read() {
        const config = this.config;
        if (!config?.recordId) {
            return;
        }
        const names = [...(config.fields ?? []), ...(config.optionalFields ?? [])];
        const fields = names.map((each) => each.split('.').slice(1).join('.'));
        try {
            const data = await ask(`/ui-api/records/${config.recordId}?fields=${fields.join(',')}`);
            this.tell(config, { data, error: undefined });
        } catch (error) {
            this.tell(config, { data: undefined, error });
        }
    }

    tell(config, answer) {
        const words = JSON.stringify(answer.data);
        if (config === this.config && (words !== this.words || answer.error)) {
            this.words = words;
            this.emit(answer);
        }
    }
}

export async function updateRecord({ fields }) {
    const { Id, ...values } = fields;
    await ask(`/ui-api/records/${Id}`, { fields: values }, 'PATCH');
    await notifyRecordUpdateAvailable([{ recordId: Id }]);
}

export async function notifyRecordUpdateAvailable(records) {
    const ids = records.map((each) => each.recordId);
    await Promise.all(
        [...wires].filter((each) => ids.includes(each.config?.recordId)).map((each) => each.read())
    );
}

export function getFieldValue(record, field) {
    return record?.fields?.[field.split('.').at(-1)]?.value;
}
