"""The WSGI entry of one side; ``portal serve`` names the side in the environment."""

import os

from portal.app import create_app
from portal.core.actor import Side
from portal.core.logs import configure_logs
from portal.settings import load_settings

_settings = load_settings()
configure_logs(_settings.log_level)
application = create_app(_settings, {Side(os.environ["INSYN_SIDE"])})
