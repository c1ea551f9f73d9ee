import { updateRecord } from 'lightning/uiRecordApi';
import ReplyBox from 'c/trustpilotReplyBox';
import { clear, inside, put, rendered, words } from './onPage';

const REVIEW = { Id: 'a01', Type__c: 'Service', Reply__c: null, Reply_Status__c: null };

afterEach(clear);

async function box(review = {}) {
    const element = put('c-box', ReplyBox, { review: { ...REVIEW, ...review } });
    await rendered();
    return element;
}

async function type(element, text) {
    const area = inside(element, 'lightning-textarea');
    area.value = text;
    area.focus = jest.fn();
    area.dispatchEvent(new CustomEvent('change'));
    await rendered();
}

async function click(element, selector) {
    inside(element, selector).click();
    await rendered();
}

test('posting queues exactly what was typed', async () => {
    const element = await box();
    await type(element, 'Thank you.');
    await click(element, 'lightning-button.post');
    expect(updateRecord).toHaveBeenCalledTimes(1);
    expect(updateRecord).toHaveBeenCalledWith({
        fields: { Id: 'a01', Reply__c: 'Thank you.', Reply_Status__c: 'Queued' }
    });
});

test.each(['', '   \n '])(
    'an empty reply (%j) is not posted, and the box says why',
    async (text) => {
        const element = await box();
        await type(element, text);
        await click(element, 'lightning-button.post');
        expect(updateRecord).not.toHaveBeenCalled();
        expect(inside(element, '.error').textContent).toBe('c.Trustpilot_Empty_Reply');
    }
);

test('what the agent types survives a refresh of the record', async () => {
    const element = await box({ Reply__c: 'Old words' });
    await type(element, 'New words');
    element.review = { ...REVIEW, Reply__c: 'Old words', Stars__c: 2 };
    await rendered();
    expect(inside(element, 'lightning-textarea').value).toBe('New words');
});

test('a reply that was published at Trustpilot is there to be changed', async () => {
    const published = { Reply_Status__c: 'Published', Published_Reply__c: 'Theirs' };
    const element = await box({ ...published, Live_Reply__c: 'Theirs' });
    expect(inside(element, 'lightning-textarea').value).toBe('Theirs');
    expect(inside(element, 'lightning-button.post').disabled).toBe(true);
    await type(element, 'Theirs, and more');
    expect(inside(element, 'lightning-button.post').disabled).toBe(false);
});

test('another review brings its own words', async () => {
    const element = await box();
    await type(element, 'Words for the first');
    element.review = { ...REVIEW, Id: 'a02', Reply__c: 'Words for the second' };
    await rendered();
    expect(inside(element, 'lightning-textarea').value).toBe('Words for the second');
});

test('a warning appears while the text is typed, and does not keep it from being posted', async () => {
    const element = await box({ Reference_Number__c: 'A-0000064' });
    await type(element, 'We looked at order A-0000064.');
    expect(inside(element, '.warnings').textContent).toContain('c.Trustpilot_Holds_Number');
    await click(element, 'lightning-button.post');
    expect(updateRecord).toHaveBeenCalledTimes(1);
});

test('what the connector found is shown until the text is changed', async () => {
    const element = await box({ Reply__c: 'x', Reply_Warnings__c: 'it shouts\nit links' });
    expect(inside(element, '.warnings').textContent).toContain('it links');
    await type(element, 'y');
    expect(inside(element, '.warnings')).toBeNull();
});

test.each(['Queued', 'Approved', 'Delete Queued'])(
    '%s: nothing can be typed, only taken back',
    async (status) => {
        const element = await box({ Reply__c: 'x', Reply_Status__c: status });
        expect(inside(element, 'lightning-textarea').disabled).toBe(true);
        expect(inside(element, 'lightning-button.post')).toBeNull();
        await click(element, 'lightning-button.take-back');
        expect(updateRecord).toHaveBeenCalledWith({
            fields: { Id: 'a01', Reply_Status__c: 'Draft' }
        });
    }
);

test('a reply is deleted only after a second click', async () => {
    const element = await box({ Live_Reply__c: 'x', Reply_Status__c: 'Published' });
    await click(element, 'lightning-button.delete');
    expect(updateRecord).not.toHaveBeenCalled();
    await click(element, 'lightning-button.delete-yes');
    expect(updateRecord).toHaveBeenCalledWith({
        fields: { Id: 'a01', Reply_Status__c: 'Delete Queued' }
    });
});

test('a deletion can be thought better of', async () => {
    const element = await box({ Live_Reply__c: 'x', Reply_Status__c: 'Published' });
    await click(element, 'lightning-button.delete');
    await click(element, 'lightning-button.delete-no');
    expect(updateRecord).not.toHaveBeenCalled();
    expect(inside(element, 'lightning-button.delete')).not.toBeNull();
});

test.each([
    ['a product review', { Type__c: 'Product', Live_Reply__c: 'x' }],
    ['a review without a public reply', { Live_Reply__c: null }],
    [
        "a review whose public reply is somebody else's",
        { Live_Reply__c: 'x', Reply_Status__c: 'Conflict' }
    ]
])('there is nothing to delete on %s', async (_what, review) => {
    const element = await box(review);
    expect(inside(element, 'lightning-button.delete')).toBeNull();
});

test.each([
    ['Keep Theirs', {}],
    ['Post Mine', { Reply__c: 'Mine', Reply_Status__c: 'Queued' }]
])('in a conflict the agent chooses: %s', async (choice, rest) => {
    const element = await box({
        Reply__c: 'Mine',
        Reply_Status__c: 'Conflict',
        Their_Reply__c: 'Theirs'
    });
    const conflict = inside(element, 'c-trustpilot-reply-conflict');
    conflict.dispatchEvent(new CustomEvent('choose', { detail: choice }));
    await rendered();
    expect(updateRecord).toHaveBeenCalledWith({
        fields: { Id: 'a01', ...rest, Conflict_Choice__c: choice }
    });
});

test('in a conflict nothing is posted past the choice', async () => {
    const element = await box({ Reply__c: 'Mine', Reply_Status__c: 'Conflict' });
    expect(inside(element, 'lightning-button.post')).toBeNull();
});

test('a conflict shows their words beside ours', async () => {
    const element = await box({
        Reply__c: 'Mine',
        Reply_Status__c: 'Conflict',
        Their_Reply__c: 'Theirs'
    });
    const conflict = inside(element, 'c-trustpilot-reply-conflict');
    await rendered();
    expect(inside(conflict, '.theirs').textContent).toBe('Theirs');
    expect(inside(conflict, '.mine').textContent).toBe('Mine');
});

test('a suggestion is taken only when asked for', async () => {
    const element = await box({ Suggested_Reply__c: 'Thank you for telling us.' });
    expect(inside(element, 'lightning-textarea').value).toBe('');
    inside(element, 'lightning-textarea').focus = jest.fn();
    await click(element, 'lightning-button.use');
    expect(inside(element, 'lightning-textarea').value).toBe('Thank you for telling us.');
    expect(updateRecord).not.toHaveBeenCalled();
});

test('nothing is suggested where somebody has answered', async () => {
    const element = await box({ Suggested_Reply__c: 'x', Live_Reply__c: 'y' });
    expect(inside(element, '.suggestion')).toBeNull();
});

test('when the org refuses, its words are shown and the text stays', async () => {
    updateRecord.mockRejectedValueOnce({ body: { message: 'Not you.' } });
    const element = await box();
    await type(element, 'Thank you.');
    await click(element, 'lightning-button.post');
    expect(inside(element, '.error').textContent).toBe('c.Trustpilot_Not_Saved Not you.');
    expect(inside(element, 'lightning-textarea').value).toBe('Thank you.');
    expect(inside(element, 'lightning-button.post').disabled).toBe(false);
});

test('why a reply is blocked is shown', async () => {
    const element = await box({
        Reply__c: 'x',
        Reply_Status__c: 'Blocked',
        Reply_Error__c: 'It is too long.'
    });
    expect(inside(element, '.error').textContent).toBe('It is too long.');
});

test('a status that is not known is shown as it is', async () => {
    const element = await box({ Reply_Status__c: 'Something New' });
    expect(inside(element, '.status').textContent).toBe('Something New');
});

test('status and notes are live regions', async () => {
    const element = await box();
    expect(inside(element, '.status').getAttribute('role')).toBe('status');
    expect(inside(element, '.notes').getAttribute('aria-live')).toBe('polite');
    expect(words(element)).toContain('c.Trustpilot_Status_None');
});
