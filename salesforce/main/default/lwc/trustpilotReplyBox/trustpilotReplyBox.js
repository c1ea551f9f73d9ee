/**
 * The reply box: text with counter and checks, and the buttons that ask the connector for something.
 *
 * It writes what an agent may set on the review (reply, status, choice) and nothing else; what
 * becomes public, and when, the connector decides.
 */
import { LightningElement, api } from 'lwc';
import { updateRecord } from 'lightning/uiRecordApi';
import mayApprove from '@salesforce/customPermission/Trustpilot_Approve_Replies';
import { fill, labels } from 'c/trustpilotLabels';
import { findingsOf, LONGEST } from 'c/trustpilotReplyChecks';
import { messageOf } from 'c/trustpilotRows';

const SENTENCES = {
    tooLong: fill(labels.tooLong, LONGEST),
    email: labels.holdsEmail,
    number: labels.holdsNumber,
    gap: labels.holdsGap,
    capitals: labels.holdsCapitals
};

const STATUSES = {
    Draft: [labels.statusDraft, 'slds-theme_shade'],
    Queued: [labels.statusQueued, 'slds-theme_info'],
    Approved: [labels.statusApproved, 'slds-theme_info'],
    Published: [labels.statusPublished, 'slds-theme_success'],
    Blocked: [labels.statusBlocked, 'slds-theme_error'],
    Conflict: [labels.statusConflict, 'slds-theme_warning'],
    Failed: [labels.statusFailed, 'slds-theme_error'],
    'Delete Queued': [labels.statusDeleteQueued, 'slds-theme_info'],
    Deleted: [labels.statusDeleted, 'slds-theme_shade'],
    'Edited Review': [labels.statusEditedReview, 'slds-theme_warning']
};

const ON_ITS_WAY = ['Queued', 'Approved', 'Delete Queued'];

export default class TrustpilotReplyBox extends LightningElement {
    labels = labels;
    text = '';
    isTyping = false;
    isSaving = false;
    isAskingToDelete = false;
    problem = '';
    said = '';
    _review = {};

    /** The review as a plain object. What the agent is typing is not replaced by a refresh. */
    @api
    get review() {
        return this._review;
    }

    set review(review) {
        const isAnother = review.Id !== this._review.Id;
        this._review = review;
        if (isAnother || !this.isTyping) {
            // What was published elsewhere is where a change of it begins.
            this.text = review.Reply__c ?? review.Published_Reply__c ?? '';
            this.isTyping = false;
        }
    }

    get status() {
        return this._review.Reply_Status__c;
    }

    get statusLabel() {
        return STATUSES[this.status]?.[0] ?? this.status ?? labels.statusNone;
    }

    get statusStyle() {
        return `status slds-badge ${STATUSES[this.status]?.[1] ?? ''}`;
    }

    get counter() {
        return fill(labels.counter, this.text.length, LONGEST);
    }

    get findings() {
        const { Consumer_Email__c, Invited_Email__c, Contact__r } = this._review;
        const { Reference_Number__c, Order__r, Case__r } = this._review;
        const known = {
            emails: [Consumer_Email__c, Invited_Email__c, Contact__r?.Email],
            numbers: [Reference_Number__c, Order__r?.OrderNumber, Case__r?.CaseNumber]
        };
        return findingsOf(this.text, known).map((name) => SENTENCES[name]);
    }

    get warnings() {
        const told = this.isTyping ? '' : (this._review.Reply_Warnings__c ?? '');
        return [...new Set([...this.findings, ...told.split('\n').filter(Boolean)])];
    }

    get hasWarnings() {
        return this.warnings.length > 0;
    }

    get error() {
        // A conflict is shown as such; words about what is over would only confuse.
        const isCurrent = ['Blocked', 'Failed', 'Edited Review'].includes(this.status);
        return this.problem || (isCurrent ? this._review.Reply_Error__c : '');
    }

    get suggestion() {
        const suggestion = this._review.Suggested_Reply__c;
        const isWanted = suggestion && suggestion !== this.text && !this._review.Live_Reply__c;
        return isWanted ? suggestion : '';
    }

    get isConflict() {
        return this.status === 'Conflict';
    }

    get isChosen() {
        return this.isSaving || Boolean(this._review.Conflict_Choice__c);
    }

    get isOnItsWay() {
        return ON_ITS_WAY.includes(this.status);
    }

    get isLocked() {
        return this.isSaving || this.isOnItsWay;
    }

    get postLabel() {
        return this._review.Published_Reply__c ? labels.postChanges : labels.postReply;
    }

    get canPost() {
        return !this.isConflict && !this.isOnItsWay;
    }

    get isPostDisabled() {
        const isPublic =
            this.status === 'Published' && this.text === this._review.Published_Reply__c;
        return this.isSaving || isPublic;
    }

    get canApprove() {
        return mayApprove && this.status === 'Queued';
    }

    get canDelete() {
        const isService = this._review.Type__c === 'Service';
        const isSettled = !this.isOnItsWay && !this.isConflict;
        return isService && isSettled && Boolean(this._review.Live_Reply__c);
    }

    type(event) {
        this.text = event.target.value;
        this.isTyping = true;
        this.problem = '';
    }

    takeSuggestion() {
        this.text = this.suggestion;
        this.isTyping = true;
        this.refs.text.focus();
    }

    post() {
        if (!this.text.trim()) {
            this.problem = labels.emptyReply;
            this.refs.text.focus();
            return;
        }
        this.save({ Reply__c: this.text, Reply_Status__c: 'Queued' }, labels.statusQueued);
    }

    saveDraft() {
        this.save({ Reply__c: this.text, Reply_Status__c: 'Draft' }, labels.draftSaved);
    }

    takeBack() {
        this.save({ Reply_Status__c: 'Draft' }, labels.statusDraft);
    }

    approve() {
        this.save({ Reply_Status__c: 'Approved' }, labels.statusApproved);
    }

    askToDelete() {
        this.isAskingToDelete = true;
    }

    keepReply() {
        this.isAskingToDelete = false;
    }

    deleteReply() {
        this.isAskingToDelete = false;
        this.save({ Reply_Status__c: 'Delete Queued' }, labels.statusDeleteQueued);
    }

    choose(event) {
        const choice = event.detail;
        // Queued as well: where replies need an approval, the choice waits for it like any reply.
        const mine = { Reply__c: this.text, Reply_Status__c: 'Queued' };
        const rest = choice === 'Post Mine' ? mine : {};
        this.save({ ...rest, Conflict_Choice__c: choice }, labels.choiceSaved);
    }

    async save(fields, sentence) {
        this.isSaving = true;
        this.problem = '';
        try {
            await updateRecord({ fields: { Id: this._review.Id, ...fields } });
            this.isTyping = false;
            this.said = sentence;
            this.dispatchEvent(new CustomEvent('saved'));
        } catch (error) {
            this.problem = `${labels.notSaved} ${messageOf(error)}`;
        } finally {
            this.isSaving = false;
        }
    }
}
