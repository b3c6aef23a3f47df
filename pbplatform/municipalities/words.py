"""The sentences of municipalities."""

from flask_babel import lazy_gettext as _l

from pbplatform.municipalities.operations import MunicipalityProblem

PROBLEMS = {
    MunicipalityProblem.BAD_SLUG: _l(
        "The short name may hold only lower-case Latin letters, digits and hyphens, and some names are reserved."
    ),
    MunicipalityProblem.SLUG_TAKEN: _l("Another municipality has this short name."),
    MunicipalityProblem.NO_LANGUAGE: _l("Choose at least one language."),
    MunicipalityProblem.UNKNOWN_LANGUAGE: _l("The platform does not speak this language yet."),
    MunicipalityProblem.NAME_MISSING: _l("Write the name in each of the municipality’s languages."),
    MunicipalityProblem.UNKNOWN_ZONE: _l(
        "This time zone is not known. Examples: Asia/Tbilisi, Europe/Sofia."
    ),
    MunicipalityProblem.BAD_COLOUR: _l(
        "A colour is written as # and six hexadecimal digits, such as #1f5c4d."
    ),
    MunicipalityProblem.DISTRICT_TWICE: _l("The same district code occurs twice."),
    MunicipalityProblem.BAD_OUTLINE: _l(
        "The GeoJSON cannot be used near the district “%(code)s”: each feature needs code, name and a polygon."
    ),
    MunicipalityProblem.FAINT_COLOUR: _l(
        "White letters cannot be read well on this colour. Please choose a darker one."
    ),
    MunicipalityProblem.BAD_CONTACT: _l(
        "This does not look like an e-mail address. An address looks like name@example.org."
    ),
    MunicipalityProblem.BAD_LOGO: _l(
        "This file cannot be used as a logo. Please choose a PNG, JPEG or WebP picture of at most 1.5 MB."
    ),
    MunicipalityProblem.NOT_GEOJSON: _l("This file is not GeoJSON."),
}

WORDS = (PROBLEMS,)
