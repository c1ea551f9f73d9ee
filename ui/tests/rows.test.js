import { averageOf, countsOf, messageOf, recordOf, rowsOf, timestampOf } from 'c/trustpilotRows';
import { fill } from 'c/trustpilotLabels';

test('a record becomes plain, its parents too', () => {
    const parent = { id: '003', fields: { Name: { value: 'Kim' } } };
    const record = { id: 'a01', fields: { Stars__c: { value: 4 }, Contact__r: { value: parent } } };
    expect(recordOf(record)).toEqual({
        Id: 'a01',
        Stars__c: 4,
        Contact__r: { Id: '003', Name: 'Kim' }
    });
});

test('a hidden field is simply not there', () => {
    expect(recordOf({ id: 'a01', fields: {} }).Title__c).toBeUndefined();
});

test('rows keep what the org shows for a value', () => {
    const node = { Id: 'a02', Status__c: { value: 'Accepted', displayValue: 'Angenommen' } };
    const [row] = rowsOf({ edges: [{ node }] });
    expect(row).toMatchObject({ Id: 'a02', Status__c: 'Accepted' });
    expect(row.labels.Status__c).toBe('Angenommen');
});

test('no answer is no rows, no counts and no average', () => {
    expect([
        rowsOf(undefined),
        countsOf(null, 'Status__c'),
        averageOf({ edges: [] }, 'Stars__c')
    ]).toEqual([[], {}, null]);
});

test('groups become counts', () => {
    const group = { Status__c: { value: 'Failed' }, Id: { count: { value: 3 } } };
    expect(countsOf({ edges: [{ node: { aggregate: group } }] }, 'Status__c')).toEqual({
        Failed: 3
    });
});

test.each([
    [
        'a validation rule',
        { body: { output: { errors: [{ message: 'Not you.' }], fieldErrors: {} } } },
        'Not you.'
    ],
    [
        'a field',
        { body: { output: { errors: [], fieldErrors: { Reply__c: [{ message: 'Too long.' }] } } } },
        'Too long.'
    ],
    ['a whole request', { body: { message: 'No access.' } }, 'No access.'],
    ['a lost connection', new Error('Failed to fetch'), 'Failed to fetch'],
    ['nothing at all', undefined, '']
])('the org says no about %s', (_what, error, expected) => {
    expect(messageOf(error)).toBe(expected);
});

test('moments become timestamps, and nothing stays nothing', () => {
    expect(timestampOf('2026-11-24T11:00:00.000Z')).toBe(Date.UTC(2026, 10, 24, 11));
    expect(timestampOf(null)).toBeNull();
});

test('places of a label are filled, and a place without a value stays', () => {
    expect(fill('{0} of {1}, {2}', 4, 5)).toBe('4 of 5, {2}');
});
