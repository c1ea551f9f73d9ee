/**
 * The TrustScore with its stars, how the last 30 days compare, and how the stars are distributed.
 *
 * It shows what it is given; the score itself is Trustpilot's.
 */
import { LightningElement, api } from 'lwc';
import locale from '@salesforce/i18n/locale';
import { fill, labels } from 'c/trustpilotLabels';

const FIELDS = [
    [5, 'Five_Star_Reviews__c'],
    [4, 'Four_Star_Reviews__c'],
    [3, 'Three_Star_Reviews__c'],
    [2, 'Two_Star_Reviews__c'],
    [1, 'One_Star_Reviews__c']
];

const ONE_PLACE = new Intl.NumberFormat(locale, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1
});
const WHOLE = new Intl.NumberFormat(locale);
const PERCENT = new Intl.NumberFormat(locale, { style: 'percent' });

export default class TrustpilotScore extends LightningElement {
    labels = labels;
    /** The business unit as a plain object. */
    @api unit = {};
    /** `recent` and `before`: average stars of the last 30 days and of the 30 before. */
    @api figures;

    get score() {
        return this.unit.Trust_Score__c ? ONE_PLACE.format(this.unit.Trust_Score__c) : '–';
    }

    get total() {
        return fill(labels.reviewsInAll, WHOLE.format(this.unit.Reviews_Total__c ?? 0));
    }

    get trend() {
        const { recent, before } = this.figures ?? {};
        if (!recent || !before) {
            return labels.trendNone;
        }
        const change = Math.round((recent - before) * 10) / 10;
        const label = { 1: labels.trendUp, '-1': labels.trendDown, 0: labels.trendEven }[
            Math.sign(change)
        ];
        return fill(label, ONE_PLACE.format(recent), ONE_PLACE.format(Math.abs(change)));
    }

    get trendIcon() {
        const { recent, before } = this.figures ?? {};
        const change = Math.round(((recent ?? 0) - (before ?? 0)) * 10);
        if (!recent || !before || !change) {
            return 'utility:dash';
        }
        return change > 0 ? 'utility:arrowup' : 'utility:arrowdown';
    }

    get rows() {
        const total = FIELDS.reduce((sum, [, field]) => sum + (this.unit[field] ?? 0), 0);
        return FIELDS.map(([stars, field]) => {
            const count = this.unit[field] ?? 0;
            const share = total ? count / total : 0;
            return {
                stars,
                share: PERCENT.format(share),
                bar: `inline-size: ${(share * 100).toFixed(1)}%`,
                style: `bar level${stars}`,
                description: fill(
                    labels.shareOfStars,
                    stars,
                    PERCENT.format(share),
                    WHOLE.format(count)
                )
            };
        });
    }
}
