"""Whatever a flow counts reads as a word in the run's summary, and no word is left over."""

import re

from connector.report.run.report import WORDS

NOUNS = "reviews|invitations|replies|tags|cases|copies|links|summaries|texts|products"
COUNTED = re.compile(
    rf'counts\["((?:{NOUNS})_[a-z]+)"\]'
    rf'|_count\([^)]*"((?:{NOUNS})_[a-z]+)"'
    rf'|"((?:{NOUNS})_(?:sent|failed|unknown|waiting|cancelled|skipped|claimed|made|new|changed'
    r'|published|kept|deleted|unapproved|stopped|added|settled|automatic|left|postponed))"'
)
PLANNED = re.compile(r'"(products_[a-z_]+)"(?:: | if | for )')
"""The plan of a push counts itself what it leaves out and what it creates."""


def test_every_counted_word_is_shown_and_every_shown_word_is_counted(root):
    texts = [path.read_text(encoding="utf-8") for path in root.glob("connector/flows/**/*.py")]
    found = {word for text in texts for match in COUNTED.findall(text) for word in match if word}
    plan = root / "connector" / "core" / "products" / "plan.py"
    found |= set(PLANNED.findall(plan.read_text(encoding="utf-8")))
    assert found == set(WORDS)
