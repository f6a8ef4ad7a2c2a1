"""What is asked, said and answered, for other programs: the same forms and verbs as the pages."""
