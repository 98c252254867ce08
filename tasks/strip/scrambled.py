"""Text that a wall has scrambled: each letter moved along the alphabet, so that it looks like text and says nothing.

Two signs at once: its letters are not those of any language, and moved back by one and the same step they are.
"""

from collections.abc import Mapping, Sequence

from tasks.strip.verdicts import Sheet, Verdict

COMMON = frozenset("aeinorst")  # half of the letters of any text in Latin script, and more
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
LETTERS = len(ALPHABET)
LEAST = 40  # letters of a line of which this can be told
FEW, MANY, APART = 0.45, 0.5, 0.15  # share of them in scrambled text, at most; in the same moved back, at least; between the two


def scrambled(text: str) -> bool:
    """Whether a line is text in Latin letters that was moved along the alphabet."""
    lower = text.lower()
    letters = [lower.count(letter) for letter in ALPHABET]
    total = sum(letters)
    own = sum(letters[ord(letter) - 97] for letter in COMMON)
    if total < LEAST or own > FEW * total or 2 * total <= len("".join(text.split())):
        return False
    moved = (sum(letters[(ord(letter) - 97 + step) % LETTERS] for letter in COMMON) for step in range(1, LETTERS))
    return max(moved) >= max(MANY * total, own + APART * total)


def scrambled_pass(sheet: Sheet, main: Sequence[bool]) -> Mapping[int, Verdict]:
    """Scrambled lines of a page's main content, where there are two at least: a line of figures and names may look like one."""
    kept = [line for line, inside in zip(sheet.lines, main, strict=True) if inside and sheet.open(line.index)]
    found = {line.index: Verdict("paywall", "paywall.scrambled") for line in kept if scrambled(line.text)}
    return found if len(found) > 1 else {}
