"""The sentences of files."""

from flask_babel import lazy_gettext as _l

from pbplatform.uploads.models import UploadKind
from pbplatform.uploads.problems import UploadProblem

PROBLEMS = {
    UploadProblem.EMPTY: _l("Choose a file. The one you sent is empty."),
    UploadProblem.TOO_LARGE: _l("This file is larger than %(most)s. Choose a smaller one."),
    UploadProblem.TOO_MANY_PIXELS: _l("This picture has too many pixels. Make it smaller and try again."),
    UploadProblem.WRONG_KIND: _l("Only photos (JPEG, PNG, WebP, AVIF, GIF) and PDF documents can be taken."),
    UploadProblem.UNREADABLE: _l(
        "This file cannot be opened. Only whole photos (JPEG, PNG, WebP, AVIF, GIF) and PDF documents can be taken."
    ),
    UploadProblem.TWO_KINDS: _l(
        "There is another file hidden in this one. Please choose an ordinary photo or PDF."
    ),
    UploadProblem.ACTIVE_DOCUMENT: _l(
        "This PDF contains a script, a form or an attached file. Please print it to a plain PDF and choose that one."
    ),
    UploadProblem.INFECTED: _l("The virus scanner found something in this file, so it was not taken."),
    UploadProblem.ALT_MISSING: _l("Say in a few words what is to be seen, for people who cannot see it."),
    UploadProblem.ALT_TOO_LONG: _l("Use at most %(most)s characters for the description."),
    UploadProblem.TOO_MANY: _l("There can be at most %(most)s files."),
}

KINDS = {
    UploadKind.PICTURE: _l("Photo"),
    UploadKind.DOCUMENT: _l("PDF document"),
}

WORDS = (PROBLEMS, KINDS)
