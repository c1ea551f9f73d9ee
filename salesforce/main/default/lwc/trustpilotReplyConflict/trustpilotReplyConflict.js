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

    get sides() {
        return [
            {
                heading: labels.theirReply,
                author: this.review.Live_Reply_Author__c,
                text: this.review.Their_Reply__c || this.review.Live_Reply__c,
                style: 'text theirs',
                choice: 'Keep Theirs',
                label: labels.keepTheirs,
                button: 'keep',
                variant: 'neutral'
            },
            {
                heading: labels.yourReply,
                text: this.mine,
                style: 'text mine',
                choice: 'Post Mine',
                label: labels.postMine,
                button: 'post',
                variant: 'brand'
            }
        ];
    }

    choose(event) {
        const { choice } = event.currentTarget.dataset;
        this.dispatchEvent(new CustomEvent('choose', { detail: choice }));
    }
}
