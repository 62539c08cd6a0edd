"""Files that come in: attachments of applications and remarks, and documents, for the features that own them.

What a client hands in is a document that has come in to the authority (tryckfrihetsförordningen 2:9) and is kept as it
was checked: type by content, cleaned in a process of its own, searched for viruses, encrypted at rest, and delivered to
the back office by checksum before the message that names it. Nothing here knows what a file is about: a feature tells
its purpose and the id of its own object, and sees this package's ``service`` and ``queries``.
"""
