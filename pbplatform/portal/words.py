"""The entries of the portal in the main navigation."""

from flask_babel import lazy_gettext as _l

from pbplatform.foundation.navigation import Entry

NAVIGATION = (
    Entry("town.overview", _l("Take part"), order=0),
    Entry("desk.mine", _l("My participation"), order=80, action="keep_own_account"),
    Entry("desk.officer", _l("Desk"), order=90, action="see_desk"),
)
