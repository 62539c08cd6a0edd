"""Reading threads and messages; each query is filtered by what the actor reaches, and costs the same for any amount."""

from portal.messages.queries.conversations import (
    Conversation,
    MessagePage,
    MessageRow,
    ThreadRow,
    conversation,
    messages,
    threads,
)
from portal.messages.queries.names import ClientName, client_name, client_names
from portal.messages.queries.waiting import (
    NewRow,
    UnansweredRow,
    new_for_client,
    stuck,
    unanswered,
    unanswered_count,
    unread_count,
)

__all__ = [
    "ClientName",
    "Conversation",
    "MessagePage",
    "MessageRow",
    "NewRow",
    "ThreadRow",
    "UnansweredRow",
    "client_name",
    "client_names",
    "conversation",
    "messages",
    "new_for_client",
    "stuck",
    "threads",
    "unanswered",
    "unanswered_count",
    "unread_count",
]
