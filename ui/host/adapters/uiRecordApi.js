/**
 * `lightning/uiRecordApi` on the local server: getRecord, updateRecord, notifyRecordUpdateAvailable.
 *
 * Every wire that shows a record hears of a change that was made through here, as on the platform.
 */
import { ask } from './server.js';
import { Wire } from './wire.js';

export class getRecord extends Wire {
    static wires = new Set();

    constructor(emit) {
        super(emit, { data: undefined, error: undefined });
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
    const shown = [...getRecord.wires].filter((each) => ids.includes(each.config?.recordId));
    await Promise.all(shown.map((each) => each.read()));
}

export function getFieldValue(record, field) {
    return record?.fields?.[field.split('.').at(-1)]?.value;
}
