/**
 * Stars as stars: five tiles, filled in half steps, read out as "4 of 5 stars".
 *
 * It shows a number and decides nothing.
 */
import { LightningElement, api } from 'lwc';
import dir from '@salesforce/i18n/dir';
import { fill, labels } from 'c/trustpilotLabels';

const TILES = [1, 2, 3, 4, 5];

export default class TrustpilotStars extends LightningElement {
    /** The number of stars, 0 to 5; null where there are none. */
    @api value;
    /** "small" in lists, "medium" elsewhere. */
    @api size = 'medium';

    get description() {
        return this.isKnown ? fill(labels.stars, this.value) : labels.noStars;
    }

    get tiles() {
        const halves = this.isKnown ? Math.round(this.value * 2) : 0;
        const level = Math.max(1, Math.round(halves / 2));
        return TILES.map((place) => ({
            place,
            style: `tile level${level} ${this.size} ${filling(halves - 2 * (place - 1))}`
        }));
    }

    get isKnown() {
        return this.value !== null && this.value !== undefined;
    }
}

function filling(halves) {
    if (halves >= 2) {
        return 'full';
    }
    return halves === 1 ? `half ${dir}` : 'empty';
}
