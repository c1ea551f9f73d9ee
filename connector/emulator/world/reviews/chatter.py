"""Sentences put together at random: review texts, titles and replies.

Pure; what comes out is what a consumer might have typed, so it may hold emoji, line breaks and
mark-up that means nothing.
"""

from connector.emulator.world.languages import MOODS, Language
from connector.emulator.world.streams import Stream

LONGEST = 5000
_LONG_TITLE = 300


def text(chance: Stream, spoken: Language, stars: int) -> str:
    """Return one to five sentences that fit the stars; one in four ends with an emoji."""
    mood = MOODS[stars]
    pool = spoken.sentences[mood]
    count = min(len(pool), chance.randint(1, 5))
    joined = spoken.space.join(chance.sample(pool, count))
    return joined + _decoration(chance, spoken, mood)


def long_text(chance: Stream, spoken: Language, stars: int) -> str:
    """Return exactly 5,000 characters in paragraphs."""
    paragraphs: list[str] = []
    length = 0
    while length < LONGEST:
        paragraphs.append(text(chance, spoken, stars))
        length += len(paragraphs[-1]) + 2
    return "\n\n".join(paragraphs)[:LONGEST].rstrip().ljust(LONGEST, "!")


def product_text(chance: Stream, spoken: Language, stars: int) -> str:
    """Return one to three sentences about an article."""
    mood = MOODS[stars]
    pool = spoken.product_sentences[mood]
    joined = spoken.space.join(chance.sample(pool, chance.randint(1, len(pool))))
    return joined + _decoration(chance, spoken, mood)


def title(chance: Stream, spoken: Language, stars: int) -> str:
    """Return a short headline."""
    return chance.choice(spoken.titles[MOODS[stars]])


def long_title(chance: Stream, spoken: Language, stars: int) -> str:
    """Return a headline of more than 255 characters, as people write without a text."""
    mood = MOODS[stars]
    words = title(chance, spoken, stars)
    while len(words) < _LONG_TITLE:
        words += f" – {chance.choice(spoken.sentences[mood])}"  # noqa: RUF001 - people type dashes
    return words


def reply(chance: Stream, spoken: Language, name: str) -> str:
    """Return an answer of the business to a consumer."""
    return chance.choice(spoken.replies).format(name=name)


def _decoration(chance: Stream, spoken: Language, mood: str) -> str:
    roll = chance.random()
    if roll < 0.25:  # noqa: PLR2004 - a share
        return " " + chance.choice(spoken.emoji[mood])
    if roll < 0.29:  # noqa: PLR2004 - a share
        return "\r\n<b>5 < 10 & \"50 %\"</b> 'n' more"
    return ""
