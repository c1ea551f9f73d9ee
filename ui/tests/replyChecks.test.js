import { findingsOf, LONGEST } from 'c/trustpilotReplyChecks';

const NOTHING = { emails: [], numbers: [] };

test.each([
    ['a kind answer', 'Thank you, we are sorry and will call you.', []],
    ['a text that is too long', 'a'.repeat(LONGEST + 1), ['tooLong']],
    ['a text of exactly the longest length', 'a'.repeat(LONGEST), []],
    ['a merge field', 'Dear {{consumer.first_name}}', ['gap']],
    ['a gap in brackets', 'Dear [first name]', ['gap']],
    ['a number in brackets', 'See point [1]', []],
    ['shouting', 'THIS IS NOT OUR FAULT AT ALL', ['capitals']],
    ['one short word in capitals', 'OK', []]
])('%s', (_what, text, expected) => {
    expect(findingsOf(text, NOTHING)).toEqual(expected);
});

test.each([
    ['as it is', 'We wrote to kim@customer.example', ['email']],
    ['in capitals', 'We have written to you at KIM@CUSTOMER.EXAMPLE', ['email']],
    ['of somebody else', 'Write to help@shop.example', []]
])('an e-mail address %s', (_what, text, expected) => {
    expect(findingsOf(text, { emails: ['kim@customer.example', null], numbers: [] })).toEqual(
        expected
    );
});

test.each([
    ['as it is', 'Your order 00001042 is on its way', ['number']],
    ['without its zeros', 'Your order 1042 is on its way', ['number']],
    ['inside a longer number', 'Call 0310421', []],
    ['beside a word', 'order#1042!', ['number']]
])('an order number %s', (_what, text, expected) => {
    expect(findingsOf(text, { emails: [], numbers: ['00001042', undefined, ''] })).toEqual(
        expected
    );
});

test('a number that is a regular expression is compared as text', () => {
    expect(findingsOf('A.123 and AB123', { emails: [], numbers: ['A.12('] })).toEqual([]);
});
