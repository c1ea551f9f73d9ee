"""Whatever a flow counts reads as a word in the run's summary, and no word is left over."""

import re

from connector.report.run_text import WORDS

NOUNS = "reviews|invitations|replies|tags|cases|copies|links|summaries|texts"
COUNTED = re.compile(
    rf'counts\["((?:{NOUNS})_[a-z]+)"\]'
    rf'|_count\([^)]*"((?:{NOUNS})_[a-z]+)"'
    rf'|"((?:{NOUNS})_(?:sent|failed|unknown|waiting|cancelled|skipped|claimed|made|new|changed'
    r'|published|stopped|added|settled))"'
)


def test_every_counted_word_is_shown_and_every_shown_word_is_counted(root):
    texts = [path.read_text(encoding="utf-8") for path in root.glob("connector/flows/*.py")]
    found = {word for text in texts for match in COUNTED.findall(text) for word in match if word}
    assert found == set(WORDS)
