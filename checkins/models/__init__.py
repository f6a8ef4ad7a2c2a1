"""When we ask and what is said: schedule, pause, check-in, answer, share, reply."""

from checkins.models.answer import Answer
from checkins.models.check_in import CheckIn
from checkins.models.feed import Feed
from checkins.models.pause import Pause
from checkins.models.reply import Reply
from checkins.models.schedule import Schedule
from checkins.models.share import Share

__all__ = ["Answer", "CheckIn", "Feed", "Pause", "Reply", "Schedule", "Share"]
