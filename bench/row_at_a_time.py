"""A notifier as most sites write it, and as Healthchecks published it: one row at a time.

For each row: find it, take it, note the try, look up whom it is about, render three templates, open
a connection, send, note the outcome. Statements and renderings are counted after its sendalerts of
2026; what it does beyond that, a new database connection for each alert above
all, is left out here, to its advantage. The words are those of our own mails.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.template.loader import render_to_string
from django.utils import timezone

from checkins.models import Share
from circles.models import Member
from library.context import help_for
from outbox import claims, links
from outbox.models import Message, Outage


def send_all() -> None:
    """Until nothing waits."""
    while _send_one():
        pass


def _send_one() -> bool:
    row = Message.objects.filter(state=Message.State.WAITING).order_by("not_before").first()
    if row is None:
        return False
    now = timezone.now()
    free = Message.objects.filter(pk=row.pk, state=Message.State.WAITING)
    if not free.update(state=Message.State.CLAIMED, claim_until=now + claims.LEASE):
        return True
    row = Message.objects.get(pk=row.pk)
    noted = Outage.objects.create(began_at=now, ended_at=now)  # stands for its row in the log
    _send(row, Member.objects.get(mailbox=row.mailbox))
    Outage.objects.filter(pk=noted.pk).update(ended_at=timezone.now())
    Message.objects.filter(pk=row.pk).update(
        state=Message.State.SENT, sent_at=timezone.now(), claim_until=None
    )
    return True


def _send(row: Message, member: Member) -> None:
    person = member.circle.person
    share = Share.objects.filter(public_id=row.subject).select_related("check_in__answered").get()
    said = share.check_in.answered
    item = {"in_mail": share.in_mail, "word": said.word, "note": said.note}
    context = {
        "name": member.name,
        "person": person.display_name,
        "items": [item],
        "behind": 0 if share.in_mail else 1,
        "link": links.url(links.Link("s", share.public_id, member.generation), row.ring),
        "links": {"own": links.url(member.own_link, row.ring)},
        "stop_link": links.stop_url(member.stop_link, row.ring),
        "help": help_for(member.country),
        "site_url": settings.SITE_URL,
    }
    subject = render_to_string("mail/_hello.txt", context).strip()
    text = render_to_string("mail/share.txt", context)
    page = render_to_string("mail/share.html", {**context, "subject": subject})
    place = urlsplit(settings.SMTP_URL)
    message = EmailMultiAlternatives(
        subject,
        text,
        settings.MAIL_FROM,
        [row.mailbox.address],
        headers={"List-Unsubscribe": f"<{context['stop_link']}>"},
        connection=EmailBackend(host=place.hostname, port=place.port, use_tls=False),
    )
    message.attach_alternative(page, "text/html")
    message.send()
