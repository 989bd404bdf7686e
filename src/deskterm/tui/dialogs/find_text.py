"""The dialog that finds a template or a macro by name and text, with a preview of its result (C-21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.fuzzy import Matcher

from deskterm.present.models import Choice
from deskterm.tui.dialogs.choose import ChoiceList, Choose, Preview

_LEAST_FUZZY = 3
"""Fewest letters of a word that is matched letter by letter: nearly every name contains any two."""
_IN_NAME, _APART, _IN_TEXT = 4.0, 2.0, 1.0
"""Scores of a word in the name, of its letters in sequence in the name, and of the word in the text."""


class TextList(ChoiceList):
    """Choices that are filtered as in the palette: by letters in sequence in their names, and by words of their texts;
    the best first. texts: key of a choice → its text."""

    def __init__(self, choices: Sequence[Choice], texts: Mapping[str, str]) -> None:
        super().__init__(choices, "", numbered=False)
        self._names = {choice.key: f"{choice.label} {choice.key} {choice.definition}".casefold() for choice in choices}
        self._texts = {key: text.casefold() for key, text in texts.items()}

    def narrow(self, text: str) -> None:
        words = text.casefold().split()
        matchers = [Matcher(word) if len(word) >= _LEAST_FUZZY else None for word in words]
        scored: list[tuple[float, Choice]] = []
        for choice in self._all:
            scores = [self._score(choice.key, *one) for one in zip(words, matchers, strict=True)]
            if all(scores):
                scored.append((sum(scores), choice))
        # Sorted by score only: choices with equal scores keep their order
        self.choices = [choice for _, choice in sorted(scored, key=lambda one: -one[0])]
        self.index = 0
        self.refresh()

    def _score(self, key: str, word: str, matcher: Matcher | None) -> float:
        """Return the score of a word for a choice; 0 for no match."""
        name = self._names[key]
        if word in name:
            return _IN_NAME + (1.0 if name.startswith(word) else 0.5 if f" {word}" in name else 0.0)
        apart = matcher.match(name) if matcher is not None else 0.0
        if apart > 0:
            return _APART + apart / (apart + 10)
        return _IN_TEXT if word in self._texts.get(key, "") else 0.0


class FindText(Choose):
    """Dismissed with the key of the chosen one, or None. texts: key of a choice → the text that is searched too."""

    preview_lines = 14
    DEFAULT_CSS = """
    FindText #preview { max-height: 14; }
    """

    def __init__(self, title: str, choices: Sequence[Choice], texts: Mapping[str, str], preview: Preview) -> None:
        super().__init__(title, choices, search=True, preview=preview)
        self._list = TextList(choices, texts)
