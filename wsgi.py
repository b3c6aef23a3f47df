"""The WSGI entry: `gunicorn wsgi:app`."""

import os

from pbplatform.app import create_app
from pbplatform.config import read_config
from pbplatform.foundation import memory, schema

app = create_app(read_config(os.environ))
schema.require_current(app.extensions["house"].database.engine)
memory.settle()
