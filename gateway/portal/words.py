"""The words of the verifier as a script for its page; `make words` writes it."""

import json
import sys

from gateway.proof.words import WORDS


def script() -> str:
    """Return the table of words as the text of `words.js`."""
    table = json.dumps(WORDS, ensure_ascii=False, indent=2)
    return f'// Made by `make words` from gateway/proof/words.py.\n"use strict";\nconst WORDS = {table};\n'


if __name__ == "__main__":
    sys.stdout.write(script())
