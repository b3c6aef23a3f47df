"""The blueprint of all pages of the voter roll."""

from flask import Blueprint

pages = Blueprint("roll", __name__)
