/**
 * The home page: reads what its cards show, for one business unit, and reads it again by itself.
 *
 * The cards show what they are given; only this component asks the org.
 */
import { LightningElement, wire } from 'lwc';
import { graphql } from 'lightning/graphql';
import { labels } from 'c/trustpilotLabels';
import { every } from 'c/trustpilotRefresh';
import { averageOf, countsOf, rowsOf } from 'c/trustpilotRows';
import { FIGURES, HEALTH, LISTS, UNITS } from './queries';

const SECONDS = 30;
const RECENT = [
    ['service', labels.recentServiceReviews, 'Recent_Service_Reviews'],
    ['product', labels.recentProductReviews, 'Recent_Product_Reviews']
];

export default class TrustpilotHome extends LightningElement {
    labels = labels;
    units;
    unitId;
    lists;
    figures;
    health;
    isRefused = false;
    refreshes = {};

    @wire(graphql, { query: UNITS })
    takeUnits(answer) {
        this.take('units', answer, ({ query }) => {
            this.units = rowsOf(query.Trustpilot_Business_Unit__c);
            this.unitId ??= this.units[0]?.Id;
        });
    }

    @wire(graphql, { query: LISTS, variables: '$ofUnit' })
    takeLists(answer) {
        this.take('lists', answer, ({ query }) => {
            this.lists = {
                awaiting: rowsOf(query.awaiting),
                awaitingTotal: query.awaiting.totalCount,
                service: rowsOf(query.service),
                product: rowsOf(query.product),
                sent: rowsOf(query.sent)
            };
        });
    }

    @wire(graphql, { query: FIGURES, variables: '$ofUnit' })
    takeFigures(answer) {
        this.take('figures', answer, ({ aggregate }) => {
            this.figures = {
                invitations: countsOf(aggregate.invitations, 'Status__c'),
                fresh: countsOf(aggregate.fresh, 'Type__c'),
                recent: averageOf(aggregate.recent, 'Stars__c'),
                before: averageOf(aggregate.before, 'Stars__c')
            };
        });
    }

    @wire(graphql, { query: HEALTH })
    takeHealth(answer) {
        this.take('health', answer, ({ query }) => {
            this.health = {
                issues: rowsOf(query.issues),
                issuesTotal: query.issues.totalCount,
                run: rowsOf(query.runs)[0],
                sign: rowsOf(query.signs)[0]
            };
        });
    }

    // Without a unit there is nothing to ask: undefined keeps the wire from asking.
    get ofUnit() {
        return this.unitId ? { unit: this.unitId } : undefined;
    }

    get unit() {
        return this.units?.find((each) => each.Id === this.unitId);
    }

    get hasNoUnit() {
        return this.units?.length === 0;
    }

    get isLoading() {
        return !this.units && !this.isRefused;
    }

    get hasSeveralUnits() {
        return this.units.length > 1;
    }

    get unitOptions() {
        return this.units.map((each) => ({ label: each.Name, value: each.Id }));
    }

    get recent() {
        return RECENT.map(([type, heading, view]) => ({
            type,
            heading,
            view,
            reviews: this.lists[type]
        }));
    }

    connectedCallback() {
        this.stop = every(SECONDS, () => this.readAgain());
    }

    disconnectedCallback() {
        this.stop();
    }

    chooseUnit(event) {
        this.unitId = event.detail.value;
    }

    take(name, { data, errors, refresh }, read) {
        this.refreshes[name] = refresh;
        if (data) {
            read(data.uiapi);
        }
        this.isRefused = Boolean(errors) || (this.isRefused && !data);
    }

    readAgain() {
        Object.values(this.refreshes).forEach((refresh) => refresh?.());
    }
}
