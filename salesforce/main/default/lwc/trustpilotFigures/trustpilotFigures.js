/**
 * The figures of the home page: new reviews of 30 days, invitations by what became of them.
 *
 * Which statuses stand behind a figure is decided here, in one table.
 */
import { LightningElement, api } from 'lwc';
import { NavigationMixin } from 'lightning/navigation';
import { labels } from 'c/trustpilotLabels';
import { listPage } from 'c/trustpilotPages';

const REVIEWS = [
    ['service', labels.serviceReviews, ['Service'], 'Recent_Service_Reviews'],
    ['product', labels.productReviews, ['Product'], 'Recent_Product_Reviews']
];
const INVITATIONS = [
    ['queued', labels.queued, ['Requested', 'Scheduled', 'On Hold', 'Sending'], 'Scheduled'],
    ['accepted', labels.accepted, ['Accepted', 'Link Ready', 'Delivered'], 'Recently_Sent'],
    ['reviewed', labels.reviewed, ['Reviewed'], 'Recently_Sent'],
    ['failed', labels.failed, ['Failed', 'Unknown', 'Not Delivered'], 'Needs_Attention']
];

export default class TrustpilotFigures extends NavigationMixin(LightningElement) {
    /** `fresh`: reviews by type; `invitations`: invitations by status. */
    @api figures;

    get cards() {
        const { fresh, invitations } = this.figures ?? {};
        return [
            {
                title: labels.lastThirtyDays,
                icon: 'standard:feedback',
                figures: figuresOf(REVIEWS, fresh, 'Trustpilot_Review__c')
            },
            {
                title: labels.invitations,
                icon: 'standard:email',
                figures: figuresOf(INVITATIONS, invitations, 'Trustpilot_Invitation__c')
            }
        ];
    }

    openList(event) {
        const { object, view } = event.currentTarget.dataset;
        this[NavigationMixin.Navigate](listPage(object, view));
    }
}

function figuresOf(table, counts, object) {
    return table.map(([key, label, words, view]) => ({
        key,
        label,
        view,
        object,
        count: counts ? words.reduce((sum, word) => sum + (counts[word] ?? 0), 0) : '–'
    }));
}
