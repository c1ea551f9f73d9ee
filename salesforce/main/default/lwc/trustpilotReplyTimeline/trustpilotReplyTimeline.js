/**
 * What happened to a review and its reply, oldest first, with the live reply's words.
 *
 * It reads dates from the record and keeps none of its own.
 */
import { LightningElement, api } from 'lwc';
import { fill, labels } from 'c/trustpilotLabels';
import { IN_FULL } from 'c/trustpilotRows';

export default class TrustpilotReplyTimeline extends LightningElement {
    labels = labels;
    inFull = IN_FULL;
    /** The review as a plain object: field name to value. */
    @api review = {};

    get events() {
        return eventsOf(this.review)
            .filter((each) => each.at)
            .sort((one, other) => new Date(one.at) - new Date(other.at));
    }

    get author() {
        return this.review.Live_Reply_Author__c;
    }
}

function eventsOf(review) {
    const author = review.Live_Reply_Author__c;
    return [
        { key: 'written', at: review.Review_Created__c, label: labels.reviewWritten },
        {
            key: 'edited',
            at: review.Edited__c ? review.Review_Updated__c : null,
            label: labels.reviewEdited
        },
        { key: 'due', at: review.Response_Due_At__c, label: labels.replyDue },
        {
            key: 'live',
            at: review.Live_Reply_At__c,
            label: author ? fill(labels.replyLive, author) : labels.replyLiveNow
        },
        { key: 'changed', at: review.Live_Reply_Updated__c, label: labels.replyChanged }
    ];
}
