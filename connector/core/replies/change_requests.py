"""Finds where a reply asks its reader to change or remove the review, in five languages.

Trustpilot's guidelines forbid it. A pattern is a verb and a word for the review near each other;
it knows no grammar. Past forms are left out: thanks for an edit that happened are no request.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_E = r"(?:e|ing)"
_ENGLISH = (  # "please change your review", "would you consider removing it", "give us 5 stars"
    rf"(?<!for )(?:chang{_E}|updat{_E}|edit(?:ing)?|amend(?:ing)?|revis{_E}|modify(?:ing)?"
    rf"|reconsider(?:ing)?|remov{_E}|delet{_E}|withdraw(?:ing)?|retract(?:ing)?|rais{_E}"
    rf"|increas{_E}|tak{_E}\s+down)\s+(?:your\s+(?:\w+\s+){{0,2}}?(?:review|rating|stars?|score"
    r"|feedback|comment)|(?:the|this|that)\s+(?:\w+\s+){0,2}?(?:review|rating))s?"
    rf"|tak{_E}\s+(?:your|the|this|that)\s+(?:\w+\s+)?(?:review|rating)\s+down"
    r"|(?:give|giving|leave|leaving)\s+us\s+(?:\w+\s+){0,2}?"
    r"(?:[45]|four|five|more|better|higher|good|positive)[\s-]+(?:\w+\s+)?(?:review|rating|stars?)"
)
_GERMAN = (  # "Ihre Bewertung zu ändern", "löschen Sie bitte Ihre Rezension"
    r"(?:ihre|deine|eure|die|diese|der|dieser)[rn]?\s+(?:\w+\s+){0,2}?"
    r"(?:bewertung|rezension|sterne)\w*\s+(?:(?!und\b)\w+\s+){0,4}?"
    r"(?:(?:ab|um)?(?:zu)?(?:änder|aender)(?:n|e|t)|anpassen|anzupassen|überarbeiten|überdenken"
    r"|aktualisieren|korrigieren|löschen|loeschen|entfernen"
    r"|(?:zurück|zurueck|herunter)(?:zu)?(?:ziehen|nehmen))"
    r"|(?:änder|aender|lösch|loesch|entfern|aktualisier|korrigier|überarbeit|überdenk)(?:en|n|e|t)"
    r"\s+(?:sie\s+)?(?:bitte\s+)?(?:doch\s+)?(?:ihre|deine|eure|die|diese)\s+(?:\w+\s+)?"
    r"(?:bewertung|rezension|sterne)"
)
_FRENCH = (  # "modifier votre avis", "retirez cet avis"
    r"(?:(?:modifi|change?|supprim|retir|enlev|corrige?|révis|reconsidér|effac)(?:er|ez|e)|revoir"
    r"|mettre\s+à\s+jour)\s+(?:votre|ton|cet|cette|vos|le|la|l\W)\s*(?:\w+\s+)?"
    r"(?:avis|note|commentaire|évaluation|étoiles)"
)
_DANISH = (  # "ændre din anmeldelse", "slet anmeldelsen"
    r"(?:ændre?|ret(?:te)?|slet(?:te)?|fjerne?|opdatere?|revidere?|trække?)\s+(?:\w+\s+){0,2}?"
    r"(?:anmeldelse|bedømmelse|vurdering|stjerner)\w*"
)
_SPANISH = (  # "cambiar su reseña", "elimine esta opinión"
    r"(?<!por )(?:cambi|modific|modifiqu|edit|elimin|borr|retir|quit|actualiz|actualic|correg"
    r"|corrij|corrig|reconsider)(?:ar|ir|e|en|a|an)\s+(?:su|tu|la|esta|esa|vuestra|sus|las)\s+"
    r"(?:\w+\s+)?(?:reseña|opinión|opinion|valoración|valoracion|calificación|evaluación|estrellas)"
)
_PATTERNS = (_ENGLISH, _GERMAN, _FRENCH, _DANISH, _SPANISH)
_REQUEST = re.compile(rf"(?<!\w)(?:{'|'.join(_PATTERNS)})")


def review_requests(text: str) -> Iterator[str]:
    """Yield the words in which a text asks for another review."""
    for match in _REQUEST.finditer(unicodedata.normalize("NFC", text).casefold()):
        yield " ".join(match[0].split())
