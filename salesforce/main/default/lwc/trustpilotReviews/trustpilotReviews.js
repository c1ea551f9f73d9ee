/**
 * A card with a few reviews, each a link to its record; an empty state where there are none.
 *
 * It shows the reviews in the order in which it gets them.
 */
import { LightningElement, api } from 'lwc';
import { NavigationMixin } from 'lightning/navigation';
import { fill, labels } from 'c/trustpilotLabels';
import { listPage, recordPage, withAddresses } from 'c/trustpilotPages';
import { timestampOf } from 'c/trustpilotRows';

const REVIEW = 'Trustpilot_Review__c';

export default class TrustpilotReviews extends NavigationMixin(LightningElement) {
    labels = labels;
    /** What stands above the list. */
    @api heading;
    /** How many there are in all; shown beside the heading where it is given. */
    @api total;
    /** Name of the list view that shows all of them. */
    @api view;
    /** The sentence where there are none. */
    @api empty;
    /** What to do then. */
    @api next;
    /** Whether each review has a button to reply. */
    @api withReply = false;
    rows = [];
    _reviews = [];

    /** The reviews as plain objects. */
    @api
    get reviews() {
        return this._reviews;
    }

    set reviews(reviews) {
        this._reviews = reviews;
        this.rows = reviews.map(rowOf);
        this.addAddresses();
    }

    get title() {
        return this.total === undefined ? this.heading : `${this.heading} (${this.total})`;
    }

    get viewAllTitle() {
        return fill(labels.viewAllOf, this.heading);
    }

    get isEmpty() {
        return this.rows.length === 0;
    }

    openReview(event) {
        event.preventDefault();
        this[NavigationMixin.Navigate](recordPage(event.currentTarget.dataset.id, REVIEW));
    }

    openList() {
        this[NavigationMixin.Navigate](listPage(REVIEW, this.view));
    }

    async addAddresses() {
        const rows = this.rows;
        const addressOf = ({ Id }) => this[NavigationMixin.GenerateUrl](recordPage(Id, REVIEW));
        const complete = await withAddresses(rows, addressOf);
        if (rows === this.rows) {
            this.rows = complete;
        }
    }
}

function rowOf(review) {
    return {
        ...review,
        title: review.Title__c || review.Product_Name__c || labels.review,
        product: review.Title__c ? review.Product_Name__c : '',
        consumer: review.Consumer_Name__c || labels.noConsumer,
        created: timestampOf(review.Review_Created__c),
        due: timestampOf(review.Response_Due_At__c),
        isLate: review.Response_Breached__c === true
    };
}
