import { getRecord, notifyRecordUpdateAvailable } from 'lightning/uiRecordApi';
import Reply from 'c/trustpilotReply';
import { clear, inside, put, record, rendered, words } from './onPage';

afterEach(clear);

async function page(fields) {
    const element = put('c-reply', Reply, { recordId: 'a01' });
    getRecord.emit(record('a01', { Type__c: 'Service', ...fields }));
    await rendered();
    return element;
}

test.each([
    ['a queued reply', { Reply_Status__c: 'Queued' }, 1],
    ['a queued deletion', { Reply_Status__c: 'Delete Queued' }, 1],
    [
        'a choice that is not carried out yet',
        { Reply_Status__c: 'Conflict', Conflict_Choice__c: 'Keep Theirs' },
        1
    ],
    ['a published reply', { Reply_Status__c: 'Published' }, 0],
    ['a conflict without a choice', { Reply_Status__c: 'Conflict' }, 0],
    ['no reply', { Reply_Status__c: null }, 0]
])('with %s the record is read again by itself, or not', async (_what, fields, times) => {
    jest.useFakeTimers();
    await page(fields);
    jest.advanceTimersByTime(5000);
    expect(notifyRecordUpdateAvailable).toHaveBeenCalledTimes(times);
});

test('a page that is gone reads nothing more', async () => {
    jest.useFakeTimers();
    const element = await page({ Reply_Status__c: 'Queued' });
    element.remove();
    jest.advanceTimersByTime(60000);
    expect(notifyRecordUpdateAvailable).not.toHaveBeenCalled();
});

test('no field is required, so a hidden one does not take the page away', async () => {
    await page({});
    const { fields, optionalFields } = getRecord.getLastConfig();
    expect(fields).toBeUndefined();
    expect(optionalFields).toContain('Trustpilot_Review__c.Reply__c');
});

test('who may not read the review is told whom to ask', async () => {
    const element = put('c-reply', Reply, { recordId: 'a01' });
    getRecord.error();
    await rendered();
    expect(words(element)).toContain('c.Trustpilot_Not_Loaded');
    expect(inside(element, 'lightning-spinner')).toBeNull();
});

test('the words before an edit are there', async () => {
    const element = await page({
        Edited__c: true,
        Previous_Title__c: 'Bad',
        Previous_Text__c: 'Late.'
    });
    const text = inside(element, 'c-trustpilot-review-text');
    await rendered();
    expect(inside(text, 'details').textContent).toContain('Late.');
});

test('a review that is not connected says what to do', async () => {
    const element = await page({});
    const text = inside(element, 'c-trustpilot-review-text');
    expect(words(text)).toContain('c.Trustpilot_Not_Connected');
});

test('the timeline is in the order of events', async () => {
    const element = await page({
        Review_Created__c: '2026-11-01T10:00:00.000Z',
        Live_Reply_At__c: '2026-11-03T10:00:00.000Z',
        Response_Due_At__c: '2026-11-02T10:00:00.000Z'
    });
    const timeline = inside(element, 'c-trustpilot-reply-timeline');
    const events = [...timeline.shadowRoot.querySelectorAll('li .what')];
    expect(events.map((each) => each.textContent)).toEqual([
        'c.Trustpilot_Review_Written',
        'c.Trustpilot_Reply_Due',
        'c.Trustpilot_Reply_Live_Now'
    ]);
});
