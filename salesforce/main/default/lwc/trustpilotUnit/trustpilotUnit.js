/**
 * What a super user may ask of a business unit: pause it, and import the reviews of the past.
 *
 * It sets the switches and the request; the connector reads them with its next run.
 */
import { LightningElement, api, wire } from 'lwc';
import { getRecord, notifyRecordUpdateAvailable, updateRecord } from 'lightning/uiRecordApi';
import { labels } from 'c/trustpilotLabels';
import { every } from 'c/trustpilotRefresh';
import { messageOf, recordOf } from 'c/trustpilotRows';

const FIELDS = [
    'Pause_Invitations__c',
    'Pause_Replies__c',
    'Import_Reviews__c',
    'Import_Days__c',
    'Import_Result__c'
].map((name) => `Trustpilot_Business_Unit__c.${name}`);

const SWITCHES = [
    ['Pause_Invitations__c', labels.pauseInvitations, 'pause-invitations'],
    ['Pause_Replies__c', labels.pauseReplies, 'pause-replies']
];
const USUAL_DAYS = 30;
const SECONDS = 10;

export default class TrustpilotUnit extends LightningElement {
    labels = labels;
    unit;
    isRefused = false;
    isSaving = false;
    problem = '';
    said = '';

    /** The id of the business unit, from the record page. */
    @api recordId;

    @wire(getRecord, { recordId: '$recordId', optionalFields: FIELDS })
    take({ data, error }) {
        if (data) {
            this.unit = recordOf(data);
        }
        this.isRefused = Boolean(error);
    }

    get switches() {
        return SWITCHES.map(([field, label, style]) => ({
            field,
            label,
            style,
            isOn: this.unit[field]
        }));
    }

    get days() {
        return this.unit.Import_Days__c ?? USUAL_DAYS;
    }

    get isImportDisabled() {
        return this.isSaving || this.unit.Import_Reviews__c;
    }

    connectedCallback() {
        this.stop = every(SECONDS, () => this.unit?.Import_Reviews__c && this.readAgain());
    }

    disconnectedCallback() {
        this.stop();
    }

    importReviews() {
        if (!this.refs.days.reportValidity()) {
            return;
        }
        this.save({ Import_Reviews__c: true, Import_Days__c: Number(this.refs.days.value) });
    }

    /** A switch that the org refused goes back, so that it never shows what is not so. */
    async pause({ target, detail }) {
        const isOn = detail.checked;
        if (!(await this.save({ [target.dataset.field]: isOn }))) {
            target.checked = !isOn;
        }
    }

    /** Save fields of the business unit; false where the org refused. */
    async save(fields) {
        this.isSaving = true;
        this.problem = '';
        this.said = '';
        try {
            await updateRecord({ fields: { Id: this.recordId, ...fields } });
            this.said = labels.saved;
        } catch (error) {
            this.problem = `${labels.notSaved} ${messageOf(error)}`;
        }
        this.isSaving = false;
        return !this.problem;
    }

    readAgain() {
        notifyRecordUpdateAvailable([{ recordId: this.recordId }]);
    }
}
