/**
 * What the customer wrote, who it was and about which order; the words before an edit.
 *
 * It shows a review and changes nothing.
 */
import { LightningElement, api } from 'lwc';
import { NavigationMixin } from 'lightning/navigation';
import { labels } from 'c/trustpilotLabels';
import { recordPage, withAddresses } from 'c/trustpilotPages';
import { IN_FULL } from 'c/trustpilotRows';

const PARENTS = [
    ['contact', 'Contact__c', 'Contact__r', 'Name'],
    ['account', 'Account__c', 'Account__r', 'Name'],
    ['order', 'Order__c', 'Order__r', 'OrderNumber'],
    ['opportunity', 'Opportunity__c', 'Opportunity__r', 'Name'],
    ['case', 'Case__c', 'Case__r', 'CaseNumber'],
    ['product', 'Product__c', 'Product__r', 'Name']
];

export default class TrustpilotReviewText extends NavigationMixin(LightningElement) {
    labels = labels;
    inFull = IN_FULL;
    parents = [];
    _review = {};

    /** The review as a plain object: field name to value. */
    @api
    get review() {
        return this._review;
    }

    set review(review) {
        this._review = review;
        this.parents = parentsOf(review);
        this.addAddresses();
    }

    get kind() {
        return this.isProduct ? labels.productReview : labels.serviceReview;
    }

    get isProduct() {
        return this._review.Type__c === 'Product';
    }

    get consumer() {
        return this._review.Consumer_Name__c || labels.noConsumer;
    }

    get productName() {
        return this.isProduct && this._review.Product_Name__c;
    }

    get hasPrevious() {
        return Boolean(this._review.Previous_Text__c || this._review.Previous_Title__c);
    }

    get hasPreviousStars() {
        return Boolean(this._review.Previous_Stars__c);
    }

    get isConnected() {
        return this.parents.length > 0;
    }

    get linkTitle() {
        return `${labels.openAtTrustpilot} (${labels.newTab})`;
    }

    openParent(event) {
        event.preventDefault();
        this[NavigationMixin.Navigate](recordPage(event.currentTarget.dataset.id));
    }

    async addAddresses() {
        const parents = this.parents;
        const addressOf = ({ id }) => this[NavigationMixin.GenerateUrl](recordPage(id));
        const complete = await withAddresses(parents, addressOf);
        if (parents === this.parents) {
            this.parents = complete;
        }
    }
}

function parentsOf(review) {
    return PARENTS.filter(([, id]) => review[id]).map(([label, id, parent, name]) => ({
        label: labels[label],
        id: review[id],
        name: review[parent]?.[name] || review[id]
    }));
}
