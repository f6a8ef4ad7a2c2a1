"""/mailbox/: included by the site map in local mode."""

from django.urls import path

from supportnet.local import views

app_name = "mailbox"
urlpatterns = [
    path("", views.mailbox, name="mailbox"),
    path("letters/", views.letters, name="letters"),
    path("<slug:name>/", views.letter, name="letter"),
    path("<slug:name>/page/", views.letter_page, name="letter_page"),
]
