"""Small words for templates."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def tel(number: str) -> SafeString:
    """A number as a link that dials exactly what is shown."""
    return format_html('<a href="tel:{0}"><bdi>{0}</bdi></a>', number)
