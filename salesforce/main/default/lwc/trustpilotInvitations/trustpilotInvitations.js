/**
 * The invitations that were sent last, what became of each, and the way to its review or record.
 *
 * It shows statuses in the org's words and changes none.
 */
import { LightningElement, api } from 'lwc';
import { NavigationMixin } from 'lightning/navigation';
import { labels } from 'c/trustpilotLabels';
import { listPage, recordPage } from 'c/trustpilotPages';
import { timestampOf } from 'c/trustpilotRows';

const THEMES = {
    Reviewed: 'slds-theme_success',
    Unknown: 'slds-theme_warning',
    'Not Delivered': 'slds-theme_warning',
    Failed: 'slds-theme_error'
};

export default class TrustpilotInvitations extends NavigationMixin(LightningElement) {
    labels = labels;
    /** The invitations as plain objects, newest first. */
    @api invitations = [];

    get rows() {
        return this.invitations.map((each) => ({
            ...each,
            name: each.Recipient_Name__c || each.Name,
            status: each.labels.Status__c ?? each.Status__c,
            channel: each.labels.Channel__c ?? each.Channel__c,
            due: timestampOf(each.Due_At__c),
            style: `slds-badge ${THEMES[each.Status__c] ?? ''}`,
            action: each.Review__c ? labels.reply : labels.open,
            target: each.Review__c || each.Id
        }));
    }

    get isEmpty() {
        return this.invitations.length === 0;
    }

    openRecord(event) {
        this[NavigationMixin.Navigate](recordPage(event.currentTarget.dataset.id));
    }

    openList() {
        this[NavigationMixin.Navigate](listPage('Trustpilot_Invitation__c', 'All'));
    }
}
