/**
 * A list view of the package (or of opportunities), read anew every few seconds.
 *
 * Columns and filters come from the package's own list views, by way of the server.
 */
import { LightningElement, api } from 'lwc';
import { every } from 'c/trustpilotRefresh';
import { ask } from '../../../adapters/server.js';

const SECONDS = 4;

export default class ListPage extends LightningElement {
    list;
    _object;
    _view;

    @api
    get object() {
        return this._object;
    }

    set object(object) {
        this._object = object;
        this.read();
    }

    @api
    get view() {
        return this._view;
    }

    set view(view) {
        this._view = view;
        this.read();
    }

    connectedCallback() {
        this.stop = every(SECONDS, () => this.read());
    }

    disconnectedCallback() {
        this.stop();
    }

    get isEmpty() {
        return this.list.rows.length === 0;
    }

    get options() {
        return this.list.views.map(({ name, label }) => ({ value: name, label }));
    }

    get count() {
        return `${this.list.total} items`;
    }

    choose(event) {
        window.location.hash = `/list/${this._object}/${event.detail.value}`;
    }

    async read() {
        const [object, view] = [this._object, this._view];
        if (!object || !view) {
            return;
        }
        const list = await ask(`/ui-api/list/${object}/${view}`);
        if (object === this._object && view === this._view) {
            this.list = {
                ...list,
                rows: list.rows.map((row) => ({
                    ...row,
                    url: `#/record/${row.id}`,
                    cells: row.cells.map((cell, index) => ({ ...cell, key: index }))
                }))
            };
        }
    }
}
