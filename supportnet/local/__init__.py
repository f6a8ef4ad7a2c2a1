"""One machine: the small servers that `make run` starts, and the mailbox that shows its mails."""
