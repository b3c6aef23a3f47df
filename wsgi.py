"""The WSGI entry: `gunicorn wsgi:app`."""

import os

from pbplatform.app import create_app
from pbplatform.config import read_config

app = create_app(read_config(os.environ))
