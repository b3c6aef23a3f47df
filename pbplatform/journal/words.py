"""What an entry of the journal is about, as its page names it; the journal itself keeps a short code."""

from flask_babel import lazy_gettext as _l

SUBJECTS = {
    "account": _l("account"),
    "blueprint": _l("blueprint"),
    "budget_code_name": _l("name in the budget"),
    "budget_programme": _l("budget programme"),
    "budget_version": _l("version of the budget"),
    "comment": _l("comment"),
    "council_decision": _l("decision of the council"),
    "count": _l("count"),
    "districts": _l("districts"),
    "invitation": _l("invitation"),
    "joint_act": _l("act of two persons"),
    "letter_batch": _l("letters with codes"),
    "logo": _l("logo"),
    "membership": _l("role of a person"),
    "municipality": _l("municipality"),
    "paper_sheet": _l("paper ballot"),
    "paper_station": _l("place for paper ballots"),
    "project": _l("project"),
    "proposal": _l("proposal"),
    "roll_entry": _l("entry of the voter roll"),
    "roll_import": _l("import of the voter roll"),
    "round": _l("round"),
    "ruling": _l("ruling"),
}
"""A subject that the code records needs its word here."""


def subject_word(code: str) -> str:
    """The word for what an entry is about; a code of an older release stands for itself."""
    return str(SUBJECTS.get(code, code))
