import { listPage, recordPage, withAddresses } from 'c/trustpilotPages';

test.each([
    [undefined, { recordId: 'a01', actionName: 'view' }],
    ['Some__c', { recordId: 'a01', objectApiName: 'Some__c', actionName: 'view' }]
])('the page of a record names its object (%s) only where it is given', (object, attributes) => {
    expect(recordPage('a01', object)).toEqual({ type: 'standard__recordPage', attributes });
    expect(Object.keys(recordPage('a01', object).attributes)).toEqual(Object.keys(attributes));
});

test('the page of a list is one of its views', () => {
    expect(listPage('Some__c', 'All')).toEqual({
        type: 'standard__objectPage',
        attributes: { objectApiName: 'Some__c', actionName: 'list' },
        state: { filterName: 'All' }
    });
});

test('each row gets its own address', async () => {
    const rows = await withAddresses([{ id: 'a' }, { id: 'b' }], async ({ id }) => `/${id}`);
    expect(rows).toEqual([
        { id: 'a', url: '/a' },
        { id: 'b', url: '/b' }
    ]);
});
