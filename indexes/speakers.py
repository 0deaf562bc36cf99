"""What the sides of a conversation are called."""

_SPEAKERS = {
    "customer": ("customer", "user", "client", "caller", "human", "consumer", "guest", "visitor", "member", "buyer"),
    "agent": (
        "agent",
        "assistant",
        "representative",
        "rep",
        "advisor",
        "adviser",
        "operator",
        "csr",
        "employee",
        "staff",
        "supervisor",
        "team leader",
    ),
    "bot": ("bot", "chatbot", "ivr", "virtual agent", "virtual assistant", "virtual_agent", "voicebot"),
}
KNOWN_SPEAKERS = {alias: speaker for speaker, aliases in _SPEAKERS.items() for alias in aliases}
