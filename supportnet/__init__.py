"""The roof: settings, site map, and what spans the rooms."""

from supportnet.celery import app as celery_app

__all__ = ["celery_app"]
