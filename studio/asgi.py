"""What uvicorn serves. There is no WSGI twin: live pages are streams, and WSGI hangs on them."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
application = get_asgi_application()
