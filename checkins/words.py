"""What was said, and what of it is heard at each level. See docs/answers.md."""

from collections.abc import Collection
from dataclasses import dataclass

REALLY_HARD = "really_hard"
HELLO, WORD, WORDS = "hello", "word", "words"
# What a level lets through, from least to most.
LEVELS = (HELLO, WORD, WORDS)


@dataclass(frozen=True)
class Words:
    """One of six words, a note, what went well, what would help; all of it optional."""

    word: str = ""
    note: str = ""
    went_well: str = ""
    would_help: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Nothing was said: a skip, or what is left when a level lets nothing through."""
        return not (self.word or self.note or self.went_well or self.would_help)

    @property
    def really_hard(self) -> bool:
        """Whether this word replaces every standing level."""
        return self.word == REALLY_HARD

    @property
    def just_listen(self) -> bool:
        """Whether no advice is wanted."""
        return "just_listen" in self.would_help

    def heard_at(self, level: str) -> "Words":
        """The part of it that a level lets through; nothing is then told as a hello."""
        if level == WORDS:
            return self
        return Words(word=self.word) if level == WORD else Words()


def words(word: str, note: str, went_well: str, would_help: Collection[str]) -> Words:
    """What was typed, without the blanks round it."""
    return Words(
        word=word.strip(),
        note=note.strip(),
        went_well=went_well.strip(),
        would_help=tuple(would_help),
    )


def lower(one: str, other: str) -> str:
    """The level of the two that lets less through."""
    return min(one, other, key=LEVELS.index)


def higher(one: str, other: str) -> str:
    """The level of the two that lets more through."""
    return max(one, other, key=LEVELS.index)
