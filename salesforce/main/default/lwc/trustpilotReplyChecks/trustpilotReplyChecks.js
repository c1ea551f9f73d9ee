/**
 * Checks of a reply while it is typed: a short form of what the connector checks before it posts.
 *
 * The connector decides; what is found here only warns early. Findings are names, not sentences.
 */

/** The longest reply that the connector posts where its configuration says nothing else. */
export const LONGEST = 5000;

const GAP =
    /\{\{[^{}]*\}\}|\{[\w.!]+\}|<<[^<>]+>>|\[[^\]\d]*\b(?:name|navn|nom|nombre)\b[^\]]*\]|_{4,}/i;
const SHORTEST_NUMBER = 4;
const SHOUTED_LETTERS = 20;
const SHOUTED_SHARE = 0.6;

/**
 * The names of what is wrong with a text, in a fixed order.
 *
 * `known` holds what must not become public: `emails` and `numbers`, each may have empty entries.
 */
export function findingsOf(text, known) {
    const looks = {
        tooLong: text.length > LONGEST,
        email: known.emails.some((each) => holds(text, each)),
        number: known.numbers.some((each) => holdsNumber(text, each)),
        gap: GAP.test(text),
        capitals: shouts(text)
    };
    return Object.keys(looks).filter((name) => looks[name]);
}

function holds(text, words) {
    return Boolean(words) && text.toLowerCase().includes(words.trim().toLowerCase());
}

function holdsNumber(text, number) {
    const plain = (number ?? '').trim().replace(/^#/, '');
    const spellings = [plain, plain.replace(/^0+/, '')];
    return spellings.some(
        (each) => each.length >= SHORTEST_NUMBER && /\d/.test(each) && stands(text, each)
    );
}

/** Whether words stand by themselves in a text, not inside a longer one. */
function stands(text, words) {
    const escaped = words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, 'iu').test(text);
}

function shouts(text) {
    const letters = [...text].filter((each) => each.toUpperCase() !== each.toLowerCase());
    const capitals = letters.filter((each) => each === each.toUpperCase()).length;
    return letters.length >= SHOUTED_LETTERS && capitals / letters.length > SHOUTED_SHARE;
}
