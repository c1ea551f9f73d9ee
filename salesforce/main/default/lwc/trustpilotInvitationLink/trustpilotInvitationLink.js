/**
 * The link of an invitation, copied by one click.
 *
 * It reads the record and changes nothing; where there is no link it says why.
 */
import { LightningElement, api, wire } from 'lwc';
import { getRecord } from 'lightning/uiRecordApi';
import { labels } from 'c/trustpilotLabels';
import { recordOf } from 'c/trustpilotRows';

const FIELDS = ['Link__c', 'Channel__c'].map((name) => `Trustpilot_Invitation__c.${name}`);

export default class TrustpilotInvitationLink extends LightningElement {
    labels = labels;
    invitation;
    isRefused = false;
    said = '';

    /** The id of the invitation, from the record page. */
    @api recordId;

    @wire(getRecord, { recordId: '$recordId', optionalFields: FIELDS })
    take({ data, error }) {
        if (data) {
            this.invitation = recordOf(data);
        }
        this.isRefused = Boolean(error);
    }

    get link() {
        return this.invitation?.Link__c;
    }

    get reason() {
        if (!this.invitation) {
            return '';
        }
        return this.invitation.Channel__c === 'Email' ? labels.noLink : labels.linkLater;
    }

    async copy() {
        try {
            await navigator.clipboard.writeText(this.link);
            this.said = labels.copied;
        } catch {
            this.refs.link.select();
            this.said = labels.notCopied;
        }
    }
}
