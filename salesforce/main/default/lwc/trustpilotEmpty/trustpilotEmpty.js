/**
 * An empty state: what is not there, and what to do next.
 */
import { LightningElement, api } from 'lwc';

export default class TrustpilotEmpty extends LightningElement {
    /** What is not there, as a sentence. */
    @api message;
    /** What to do next, as a sentence. */
    @api next;
}
