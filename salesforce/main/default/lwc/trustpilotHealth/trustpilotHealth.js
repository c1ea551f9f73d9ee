/**
 * How the connector itself is doing: how far reviews are read, its last run, what is open.
 *
 * It shows what the connector has recorded in the org.
 */
import { LightningElement, api } from 'lwc';
import { NavigationMixin } from 'lightning/navigation';
import { labels } from 'c/trustpilotLabels';
import { recordPage } from 'c/trustpilotPages';
import { timestampOf } from 'c/trustpilotRows';

export default class TrustpilotHealth extends NavigationMixin(LightningElement) {
    labels = labels;
    /** The business unit as a plain object. */
    @api unit = {};
    /** `run`, `sign`, `issues` and `issuesTotal`. */
    @api health;

    get run() {
        return this.health?.run;
    }

    get finished() {
        return timestampOf(this.run.Finished_At__c);
    }

    get sign() {
        return timestampOf(this.health?.sign?.Heartbeat__c);
    }

    get outcome() {
        return this.run.labels.Outcome__c ?? this.run.Outcome__c;
    }

    get issues() {
        return this.health?.issues ?? [];
    }

    get hasNoIssue() {
        return this.health?.issuesTotal === 0;
    }

    get title() {
        return this.hasNoIssue || !this.health
            ? labels.openIssues
            : `${labels.openIssues} (${this.health.issuesTotal})`;
    }

    openIssue(event) {
        event.preventDefault();
        this[NavigationMixin.Navigate](recordPage(event.currentTarget.dataset.id));
    }
}
