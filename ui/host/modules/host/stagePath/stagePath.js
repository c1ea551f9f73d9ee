/**
 * The stages of an opportunity as a path; a click moves it there, as a seller would.
 */
import { LightningElement, api } from 'lwc';
import { updateRecord } from 'lightning/uiRecordApi';

export default class StagePath extends LightningElement {
    @api recordId;
    @api stage;
    @api stages = [];

    get steps() {
        const here = this.stages.indexOf(this.stage);
        return this.stages.map((name, index) => ({
            name,
            current: index === here ? 'step' : null,
            style: `slds-path__item ${pathStyle(index, here)}`
        }));
    }

    async move(event) {
        const fields = { Id: this.recordId, StageName: event.currentTarget.dataset.stage };
        await updateRecord({ fields });
        this.dispatchEvent(new CustomEvent('move'));
    }
}

function pathStyle(index, here) {
    if (index === here) {
        return 'slds-is-current slds-is-active';
    }
    return index < here ? 'slds-is-complete' : 'slds-is-incomplete';
}
