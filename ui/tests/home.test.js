import { graphql } from 'lightning/graphql';
import Home from 'c/trustpilotHome';
import { clear, inside, put, rendered, words } from './onPage';

const UNIT = {
    Id: 'a00',
    Name: { value: 'shop' },
    Trust_Score__c: { value: 4.4 },
    Five_Star_Reviews__c: { value: 3 },
    One_Star_Reviews__c: { value: 1 }
};

afterEach(clear);

/** Answers the wires of the page by the parts that a query asks for; the stub has no query text. */
async function home(units = [UNIT]) {
    const element = put('c-home', Home);
    graphql.emit({ uiapi: answer(units) });
    await rendered();
    graphql.emit({ uiapi: answer(units) });
    await rendered();
    return element;
}

function connection(nodes) {
    return { totalCount: nodes.length, edges: nodes.map((node) => ({ node })) };
}

function answer(units) {
    const groups = [
        { aggregate: { Status__c: { value: 'Scheduled' }, Id: { count: { value: 2 } } } },
        { aggregate: { Status__c: { value: 'On Hold' }, Id: { count: { value: 1 } } } },
        { aggregate: { Status__c: { value: 'Unknown' }, Id: { count: { value: 4 } } } }
    ];
    const average = (value) => connection([{ aggregate: { Stars__c: { avg: { value } } } }]);
    return {
        query: {
            Trustpilot_Business_Unit__c: connection(units),
            awaiting: connection([]),
            service: connection([]),
            product: connection([]),
            sent: connection([]),
            issues: connection([
                { Id: 'a09', Message__c: { value: 'Refused.' }, Next_Step__c: { value: 'Look.' } }
            ]),
            runs: connection([]),
            signs: connection([])
        },
        aggregate: {
            invitations: connection(groups),
            fresh: connection([
                { aggregate: { Type__c: { value: 'Service' }, Id: { count: { value: 7 } } } }
            ]),
            recent: average(4.31),
            before: average(4.02)
        }
    };
}

test('before the first run the page says what to do', async () => {
    const element = await home([]);
    const empty = inside(element, 'c-trustpilot-empty');
    expect(empty.message).toBe('c.Trustpilot_No_Unit');
    expect(empty.next).toBe('c.Trustpilot_No_Unit_Next');
});

test('figures add up the statuses behind them', async () => {
    const figures = inside(await home(), 'c-trustpilot-figures');
    const shown = [...figures.shadowRoot.querySelectorAll('button')].map((each) => [
        each.dataset.figure,
        each.querySelector('.count').textContent
    ]);
    expect(Object.fromEntries(shown)).toEqual({
        service: '7',
        product: '0',
        queued: '3',
        accepted: '0',
        reviewed: '0',
        failed: '4'
    });
});

test('the trend says more stars than before', async () => {
    const score = inside(await home(), 'c-trustpilot-score');
    expect(words(score)).toContain('c.Trustpilot_Trend_Up');
    expect(inside(score, 'lightning-icon').iconName).toBe('utility:arrowup');
});

test('shares of stars are of what the numbers add up to', async () => {
    const score = inside(await home(), 'c-trustpilot-score');
    const shares = [...score.shadowRoot.querySelectorAll('.share')].map((each) => each.textContent);
    expect(shares).toEqual(['75%', '0%', '0%', '0%', '25%']);
});

test('empty lists say what to do next', async () => {
    const element = await home();
    const lists = [...element.shadowRoot.querySelectorAll('c-trustpilot-reviews')];
    const nexts = lists.map((each) => inside(each, 'c-trustpilot-empty').next);
    expect(nexts).toEqual([
        'c.Trustpilot_All_Answered_Next',
        'c.Trustpilot_No_Reviews_Next',
        'c.Trustpilot_No_Reviews_Next'
    ]);
    const invitations = inside(element, 'c-trustpilot-invitations');
    expect(inside(invitations, 'c-trustpilot-empty').next).toBe('c.Trustpilot_No_Invitations_Next');
});

test('open issues come with their next step', async () => {
    const health = inside(await home(), 'c-trustpilot-health');
    expect(words(health)).toContain('Refused.');
    expect(words(health)).toContain('Look.');
    expect(words(health)).toContain('c.Trustpilot_Never_Run');
});

test('one business unit needs no choice, several do', async () => {
    expect(inside(await home(), 'lightning-combobox')).toBeNull();
    clear();
    const several = await home([UNIT, { ...UNIT, Id: 'a0b', Name: { value: 'other' } }]);
    const options = inside(several, 'lightning-combobox').options;
    expect(options).toEqual([
        { label: 'shop', value: 'a00' },
        { label: 'other', value: 'a0b' }
    ]);
});

test('a refusal tells whom to ask', async () => {
    const element = put('c-home', Home);
    graphql.emitErrors([{ message: 'no access' }]);
    await rendered();
    expect(words(element)).toContain('c.Trustpilot_Not_Loaded');
});
