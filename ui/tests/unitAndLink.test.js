import { getRecord, updateRecord } from 'lightning/uiRecordApi';
import InvitationLink from 'c/trustpilotInvitationLink';
import Unit from 'c/trustpilotUnit';
import { clear, inside, put, record, rendered, words } from './onPage';

afterEach(clear);

async function shown(name, component, fields) {
    const element = put(name, component, { recordId: 'a02' });
    getRecord.emit(record('a02', fields));
    await rendered();
    return element;
}

test('one click copies the link', async () => {
    const writeText = jest.fn().mockResolvedValue();
    Object.assign(navigator, { clipboard: { writeText } });
    const element = await shown('c-link', InvitationLink, { Link__c: 'https://example.com/x' });
    inside(element, 'lightning-button').click();
    await rendered();
    expect(writeText).toHaveBeenCalledWith('https://example.com/x');
    expect(inside(element, '[role="status"]').textContent).toBe('c.Trustpilot_Copied');
});

test('where the browser forbids copying, the link is selected', async () => {
    Object.assign(navigator, { clipboard: undefined });
    const element = await shown('c-link', InvitationLink, { Link__c: 'https://example.com/x' });
    const select = jest.spyOn(inside(element, 'input'), 'select');
    inside(element, 'lightning-button').click();
    await rendered();
    expect(select).toHaveBeenCalledTimes(1);
    expect(inside(element, '[role="status"]').textContent).toBe('c.Trustpilot_Not_Copied');
});

test.each([
    ['Email', 'c.Trustpilot_No_Link'],
    ['Business-Generated Link', 'c.Trustpilot_Link_Later']
])('without a link an invitation by %s says why', async (channel, reason) => {
    const element = await shown('c-link', InvitationLink, { Link__c: null, Channel__c: channel });
    expect(words(element)).toContain(reason);
});

const UNIT = { Pause_Invitations__c: false, Pause_Replies__c: false, Import_Reviews__c: false };

test.each([
    ['.pause-invitations', 'Pause_Invitations__c'],
    ['.pause-replies', 'Pause_Replies__c']
])('the switch %s sets %s and nothing else', async (selector, field) => {
    const element = await shown('c-unit', Unit, UNIT);
    inside(element, selector).dispatchEvent(
        new CustomEvent('change', { detail: { checked: true } })
    );
    await rendered();
    expect(updateRecord).toHaveBeenCalledWith({ fields: { Id: 'a02', [field]: true } });
});

test('an import is asked for with its days', async () => {
    const element = await shown('c-unit', Unit, UNIT);
    const days = inside(element, '.days');
    expect(days.value).toBe(30);
    Object.assign(days, { value: '90', reportValidity: () => true });
    inside(element, 'lightning-button.start').click();
    await rendered();
    expect(updateRecord).toHaveBeenCalledWith({
        fields: { Id: 'a02', Import_Reviews__c: true, Import_Days__c: 90 }
    });
});

test('wrong days ask for nothing', async () => {
    const element = await shown('c-unit', Unit, UNIT);
    inside(element, '.days').reportValidity = () => false;
    inside(element, 'lightning-button.start').click();
    await rendered();
    expect(updateRecord).not.toHaveBeenCalled();
});

test('an import that is asked for already cannot be asked for again', async () => {
    const element = await shown('c-unit', Unit, { ...UNIT, Import_Reviews__c: true });
    expect(inside(element, 'lightning-button.start').disabled).toBe(true);
    expect(words(element)).toContain('c.Trustpilot_Import_Requested');
});

test('who may not pause is told so in the words of the org', async () => {
    updateRecord.mockRejectedValueOnce({ body: { message: 'Not you.' } });
    const element = await shown('c-unit', Unit, UNIT);
    inside(element, '.pause-replies').checked = true;
    inside(element, '.pause-replies').dispatchEvent(
        new CustomEvent('change', { detail: { checked: true } })
    );
    await rendered();
    expect(words(element)).toContain('c.Trustpilot_Not_Saved Not you.');
    expect(inside(element, '.pause-replies').checked).toBe(false);
});
