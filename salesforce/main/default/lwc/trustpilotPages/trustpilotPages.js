/**
 * Page references of the pages that the components lead to: a record, a list view.
 *
 * It names pages; to go there is the component's, which has the platform's navigation.
 */

/** The page of a record; the object's name is optional and makes the address a longer one. */
export function recordPage(recordId, object) {
    const named = object ? { objectApiName: object } : {};
    return {
        type: 'standard__recordPage',
        attributes: { recordId, ...named, actionName: 'view' }
    };
}

/** The page of one of an object's list views. */
export function listPage(object, view) {
    return {
        type: 'standard__objectPage',
        attributes: { objectApiName: object, actionName: 'list' },
        state: { filterName: view }
    };
}

/** The rows, each with the `url` that `addressOf` resolves to for it. */
export async function withAddresses(rows, addressOf) {
    const urls = await Promise.all(rows.map((each) => addressOf(each)));
    return rows.map((each, index) => ({ ...each, url: urls[index] }));
}
