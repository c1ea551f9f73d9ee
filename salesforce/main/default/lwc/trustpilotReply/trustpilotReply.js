/**
 * The record page of a review: what the customer wrote, what became of the reply, the reply box.
 *
 * It reads the record, and reads it again by itself while the connector has something to do with it.
 */
import { LightningElement, api, wire } from 'lwc';
import { getRecord, notifyRecordUpdateAvailable } from 'lightning/uiRecordApi';
import { labels } from 'c/trustpilotLabels';
import { every } from 'c/trustpilotRefresh';
import { recordOf } from 'c/trustpilotRows';

const FIELDS = [
    'Type__c',
    'Stars__c',
    'Title__c',
    'Text__c',
    'Language__c',
    'Consumer_Name__c',
    'Consumer_Email__c',
    'Invited_Email__c',
    'Verified__c',
    'Edited__c',
    'Deleted__c',
    'Review_Created__c',
    'Review_Updated__c',
    'Previous_Stars__c',
    'Previous_Title__c',
    'Previous_Text__c',
    'Public_Url__c',
    'Product_Name__c',
    'Reference_Number__c',
    'Contact__c',
    'Contact__r.Name',
    'Contact__r.Email',
    'Account__c',
    'Account__r.Name',
    'Order__c',
    'Order__r.OrderNumber',
    'Opportunity__c',
    'Opportunity__r.Name',
    'Case__c',
    'Case__r.CaseNumber',
    'Product__c',
    'Product__r.Name',
    'Reply__c',
    'Reply_Status__c',
    'Reply_Error__c',
    'Reply_Warnings__c',
    'Suggested_Reply__c',
    'Published_Reply__c',
    'Live_Reply__c',
    'Live_Reply_At__c',
    'Live_Reply_Author__c',
    'Live_Reply_Updated__c',
    'Their_Reply__c',
    'Conflict_Choice__c',
    'Response_Due_At__c'
].map((name) => `Trustpilot_Review__c.${name}`);

const WAITING = ['Queued', 'Approved', 'Delete Queued'];
const SECONDS = 5;

export default class TrustpilotReply extends LightningElement {
    labels = labels;
    review;
    isRefused = false;

    /** The id of the review, from the record page. */
    @api recordId;

    // Optional: a field that somebody may not see must not take the page away from them.
    @wire(getRecord, { recordId: '$recordId', optionalFields: FIELDS })
    take({ data, error }) {
        if (data) {
            this.review = recordOf(data);
        }
        this.isRefused = Boolean(error);
    }

    get isLoading() {
        return !this.review && !this.isRefused;
    }

    get isWaiting() {
        const { Reply_Status__c, Conflict_Choice__c } = this.review ?? {};
        return WAITING.includes(Reply_Status__c) || Boolean(Conflict_Choice__c);
    }

    connectedCallback() {
        this.stop = every(SECONDS, () => this.isWaiting && this.readAgain());
    }

    disconnectedCallback() {
        this.stop();
    }

    readAgain() {
        notifyRecordUpdateAvailable([{ recordId: this.recordId }]);
    }
}
