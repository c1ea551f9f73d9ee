/**
 * A record page: the component that the package has for the object, and the record's fields.
 */
import { LightningElement, api } from 'lwc';
import { every } from 'c/trustpilotRefresh';
import { ask } from '../../../adapters/server.js';

const SECONDS = 4;

export default class RecordPage extends LightningElement {
    record;
    _recordId;

    @api
    get recordId() {
        return this._recordId;
    }

    set recordId(recordId) {
        this._recordId = recordId;
        this.record = undefined;
        this.read();
    }

    connectedCallback() {
        this.stop = every(SECONDS, () => this.read());
    }

    disconnectedCallback() {
        this.stop();
    }

    get isReview() {
        return this.record.object === 'Trustpilot_Review__c';
    }

    get isInvitation() {
        return this.record.object === 'Trustpilot_Invitation__c';
    }

    get isUnit() {
        return this.record.object === 'Trustpilot_Business_Unit__c';
    }

    get isOpportunity() {
        return this.record.object === 'Opportunity';
    }

    async read() {
        const recordId = this._recordId;
        const record = await ask(`/ui-api/page/${recordId}`);
        if (recordId === this._recordId) {
            this.record = record;
        }
    }
}
