"""Operators add their own helplines here, each with its source and the day it was checked."""

from django.contrib import admin

from library.models import OwnLine


@admin.register(OwnLine)
class OwnLineAdmin(admin.ModelAdmin):
    list_display = ("country", "name", "phone", "hidden_id", "checked_on")
    list_filter = ("country",)
    search_fields = ("name", "phone", "hidden_id")
    ordering = ("country", "name")
