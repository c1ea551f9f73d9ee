import Stars from 'c/trustpilotStars';
import { clear, inside, put, rendered } from './onPage';

afterEach(clear);

test.each([
    [5, ['full', 'full', 'full', 'full', 'full']],
    [4.5, ['full', 'full', 'full', 'full', 'half']],
    [1, ['full', 'empty', 'empty', 'empty', 'empty']],
    [0, ['empty', 'empty', 'empty', 'empty', 'empty']]
])('%s stars are shown as tiles', async (value, expected) => {
    const element = put('c-stars', Stars, { value });
    await rendered();
    const tiles = [...element.shadowRoot.querySelectorAll('.tile')];
    expect(tiles.map((tile) => expected.find((each) => tile.classList.contains(each)))).toEqual(
        expected
    );
});

test('stars are read out as one image', async () => {
    const element = put('c-stars', Stars, { value: 4 });
    await rendered();
    expect(inside(element, '[role="img"]').getAttribute('aria-label')).toBe('c.Trustpilot_Stars');
});

test('no stars are read out as none', async () => {
    const element = put('c-stars', Stars, { value: null });
    await rendered();
    expect(inside(element, '[role="img"]').getAttribute('aria-label')).toBe(
        'c.Trustpilot_No_Stars'
    );
});
