/**
 * The frame of the local page: app navigation, the world's clock, and which page is shown.
 *
 * It stands for Lightning around the components; what the components show is theirs.
 */
import { LightningElement } from 'lwc';
import { every } from 'c/trustpilotRefresh';
import { readAgain } from '../../../adapters/graphql.js';
import { ask } from '../../../adapters/server.js';
import { followWorldClock } from '../../../clock.js';

const TABS = [
    ['Home', '/home'],
    ['Reviews', '/list/Trustpilot_Review__c/All'],
    ['Invitations', '/list/Trustpilot_Invitation__c/All'],
    ['Business Units', '/list/Trustpilot_Business_Unit__c/All'],
    ['Issues', '/list/Trustpilot_Issue__c/All'],
    ['Runs', '/list/Trustpilot_Run__c/All'],
    ['Opportunities', '/list/Opportunity/All'],
    ['Trustpilot', '/trustpilot']
];
const SECONDS = 2;

export default class App extends LightningElement {
    address = addressNow();
    world = { now: globalThis.platform.now, run: '', isRunning: false };
    isBusy = false;

    connectedCallback() {
        window.addEventListener('hashchange', () => {
            this.address = addressNow();
            window.scrollTo(0, 0);
        });
        every(SECONDS, () => this.look());
        this.look();
    }

    get tabs() {
        return TABS.map(([label, address]) => ({
            label,
            url: `#${address}`,
            style: `slds-context-bar__item ${this.isAt(address) ? 'slds-is-active' : ''}`,
            current: this.isAt(address) ? 'page' : null
        }));
    }

    get isHome() {
        return this.parts[0] === 'home';
    }

    get isTrustpilot() {
        return this.parts[0] === 'trustpilot';
    }

    get isList() {
        return this.parts[0] === 'list';
    }

    get isRecord() {
        return this.parts[0] === 'record';
    }

    get parts() {
        return this.address.slice(1).split('/');
    }

    get object() {
        return this.parts[1];
    }

    get view() {
        return this.parts[2];
    }

    get recordId() {
        return this.parts[1];
    }

    get publicUrl() {
        return `/trustpilot/${this.parts[1] ? `#${this.parts[1]}` : ''}`;
    }

    get isRunDisabled() {
        return this.isBusy || this.world.isRunning;
    }

    isAt(address) {
        return (
            this.address.split('/').slice(0, 3).join('/') ===
            address.split('/').slice(0, 3).join('/')
        );
    }

    async look() {
        this.show(await ask('/demo/world'));
    }

    runNow() {
        this.act('/demo/run', {});
    }

    letDayPass() {
        this.act('/demo/clock', { days: 1 });
    }

    async act(path, body) {
        this.isBusy = true;
        try {
            this.show(await ask(path, body));
        } finally {
            this.isBusy = false;
        }
    }

    show(world) {
        followWorldClock(world.now);
        if (world.runs !== this.world.runs) {
            readAgain();
        }
        this.world = world;
    }
}

function addressNow() {
    return window.location.hash.slice(1) || '/home';
}
