"""The UN Classification of the Functions of Government (COFOG 1999): ten divisions and their groups.

Codes and English titles are the UN's; the Georgian and Bulgarian titles are ours, in plain words.
"""

import csv
import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("cofog.csv")
_CODE = re.compile(r"^(\d{2})(?:\.?(\d))?(?:\.?(\d))?\d*$")


@cache
def titles() -> dict[str, dict[str, str]]:
    """Code → titles in en, ka and bg, in the order of the classification."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return {
            row["code"]: {"ka": row["ka"], "bg": row["bg"], "en": row["en"]} for row in csv.DictReader(lines)
        }


def title(code: str) -> dict[str, str]:
    """The titles of a division or group; empty for a code outside the classification."""
    return titles().get(code, {})


def recognise(text: str) -> str | None:
    """The division or group that a written code means: `04.5`, `04.5.1`, `0451`, Georgia's `7045`; None if none."""
    written = text.strip().replace(" ", "").replace("-", ".").replace("/", ".")
    if re.fullmatch(r"7(0[1-9]|10)\d{0,3}", written) or re.fullmatch(r"7(0[1-9]|10)(\.\d){1,2}", written):
        written = written[1:]
    if re.fullmatch(r"[1-9](\.\d){0,2}", written):
        written = "0" + written
    found = _CODE.match(written)
    if found is None:
        return None
    division, group = found.group(1), found.group(2)
    code = f"{division}.{group}" if group and group != "0" else division
    return code if code in titles() else None


def is_function(path: str) -> bool:
    """Whether the last part of a path such as `04/04.5` is a division or, below its division, a group; a programme may have a
    code that looks like one."""
    above, _, code = path.rpartition("/")
    return code in titles() and (code.startswith(f"{above}.") if above else "." not in code)


def division(code: str) -> str:
    """The division of a code."""
    return code[:2]
