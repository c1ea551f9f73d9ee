/**
 * Two replies side by side, and the choice which one the public sees.
 *
 * It tells its parent the choice: event `choose` with `Keep Theirs` or `Post Mine`.
 */
import { LightningElement, api } from 'lwc';
import { labels } from 'c/trustpilotLabels';

export default class TrustpilotReplyConflict extends LightningElement {
    labels = labels;
    /** The review as a plain object: field name to value. */
    @api review = {};
    /** What the agent has written, saved or not. */
    @api mine = '';
    /** True while a choice is being saved or has been made. */
    @api disabled = false;

    get theirs() {
        return this.review.Their_Reply__c || this.review.Live_Reply__c;
    }

    keepTheirs() {
        this.choose('Keep Theirs');
    }

    postMine() {
        this.choose('Post Mine');
    }

    choose(choice) {
        this.dispatchEvent(new CustomEvent('choose', { detail: choice }));
    }
}
