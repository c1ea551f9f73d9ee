/**
 * Answers of the UI API and of GraphQL as plain objects: field name to value.
 *
 * Both wrap every value; the components read words, not wrappers. Nothing here asks anybody.
 */

/** A record of `getRecord` as a plain object, its parents too. */
export function recordOf(record) {
    const plain = { Id: record.id };
    for (const [name, field] of Object.entries(record.fields)) {
        plain[name] = field.value?.fields ? recordOf(field.value) : field.value;
    }
    return plain;
}

/**
 * The records of a GraphQL connection as plain objects; none where there is no answer.
 *
 * `labels` of each holds what the org shows for a value, where the query asked for it.
 */
export function rowsOf(connection) {
    return (connection?.edges ?? []).map(({ node }) => nodeOf(node));
}

/** How many records each value of a grouped field has, from a GraphQL aggregate. */
export function countsOf(connection, field) {
    const groups = (connection?.edges ?? []).map(({ node }) => node.aggregate);
    return Object.fromEntries(groups.map((each) => [each[field].value, each.Id.count.value]));
}

/** The average of a field over all records, from a GraphQL aggregate; null where there are none. */
export function averageOf(connection, field) {
    return connection?.edges?.[0]?.node.aggregate[field].avg.value ?? null;
}

/** A moment of the org as `lightning-relative-date-time` wants it: it takes no text. */
export function timestampOf(moment) {
    return moment ? Date.parse(moment) : null;
}

/** How `lightning-formatted-date-time` writes a moment in full. */
export const IN_FULL = {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit'
};

/** What the org said against a change, in its own words. */
export function messageOf(error) {
    const output = error?.body?.output;
    const rows = [...(output?.errors ?? []), ...Object.values(output?.fieldErrors ?? {}).flat()];
    const words = rows.map((each) => each.message).filter(Boolean);
    return words.join(' ') || error?.body?.message || error?.message || '';
}

function nodeOf(node) {
    const plain = { labels: {} };
    for (const [name, field] of Object.entries(node)) {
        const isWrapped = field !== null && typeof field === 'object';
        plain[name] = isWrapped ? field.value : field;
        plain.labels[name] = field?.displayValue;
    }
    return plain;
}
