"""Paths of the accounts room. They say nothing about what this site is for."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.home, name="home"),
    path("welcome/", views.welcome, name="welcome"),
    path("settings/", views.settings_page, name="settings"),
]
