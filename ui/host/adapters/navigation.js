/**
 * `lightning/navigation` on the local page: a page reference becomes an address after the `#`.
 */

const Navigate = Symbol('Navigate');
const GenerateUrl = Symbol('GenerateUrl');

export function NavigationMixin(Base) {
    return class extends Base {
        [Navigate](reference) {
            location.hash = addressOf(reference);
        }

        async [GenerateUrl](reference) {
            return `#${addressOf(reference)}`;
        }
    };
}
NavigationMixin.Navigate = Navigate;
NavigationMixin.GenerateUrl = GenerateUrl;

function addressOf({ type, attributes, state }) {
    if (type === 'standard__recordPage') {
        return `/record/${attributes.recordId}`;
    }
    return `/list/${attributes.objectApiName}/${state?.filterName ?? 'All'}`;
}
