"""The help pages: public, cacheable, and readable with nothing else running."""

from django.urls import path, register_converter

from library import views


class CountryCode:
    """Two letters; "/help/de/" and "/help/DE/" are one page."""

    regex = "[A-Za-z]{2}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value.upper()


register_converter(CountryCode, "country")

urlpatterns = [
    path("help/", views.help_now, name="help_now"),
    path("help/young/", views.help_young, name="help_young"),
    path("help/young/<country:code>/", views.help_young_country, name="help_young_country"),
    path("help/<country:code>/", views.help_country, name="help_country"),
]
