"""Instructions planted in transcripts: such turns are kept as data, flagged, and never quoted."""

import re

_PATTERNS = (
    # Setting earlier orders aside, in the languages the corpus is likely to hold.
    r"""\b(?:ignore|disregard|forget|override|bypass|discard|skip)\W+(?:\w+\W+){0,2}
        (?:previous|prior|above|earlier|all|your|the|these|system|my)\W+(?:\w+\W+){0,3}
        (?:instructions?|prompts?|rules?|guidelines?|directives?|commands?|context|programming|training|guardrails?)\b""",
    r"\b(?:ignore|disregard|forget)\s+(?:everything|all)?\s*(?:of\s+)?(?:the\s+)?(?:above|before\s+this)\b",
    r"\b(?:vergessen?\s+sie|vergiss|ignorieren?\s+sie|ignoriere|olvida|ignora|ignorez|oubliez)\b.{0,30}"
    r"\b(?:anweisung|instruc|istruzion|regel|regl)",
    # Giving new ones.
    r"\b(?:new|updated|real|actual|hidden|system|developer)\s+(?:instruction|prompt|directive|command)s?\s*(?:[:=]|\#{2,})",
    r"\bfrom\s+now\s+on\b.{0,20}\b(?:answer|respond|reply|output|report)\b",
    r"""\byou\s+are\s+(?:now|no\s+longer)\s+(?:in\s+|an?\s+|the\s+)?(?:[\w-]+\s+){0,3}
        (?:assistant|ai|bot|model|dan|mode|restricted|bound)\b""",
    r"\b(?:you\s+are|act\s+as)\s+dan\b|\bdo\s+anything\s+now\b|\byou\s+have\s+no\s+(?:rules|restrictions)\b",
    r"""\b(?:act|respond|behave|answer|reply)\s+as\s+(?:if|though|an?)\b.{0,40}
        \b(?:ai|assistant|model|unrestricted|admin|root|system)\b""",
    r"\b(?:system|developer|admin(?:istrator)?)\s+(?:prompt|override)\b|\btreat\s+the\s+role\b.{0,40}\bas\s+admin",
    # Speaking to whatever reads the transcript.
    r"""\b(?:note|message|attention|instructions?)\s+(?:to|for)\s+(?:the|any|an?y?)\s+
        (?:ai|llm|model|assistant|bot|reader|analyst)\b""",
    r"""\b(?:when|if|while)\s+you\s+(?:summari[sz]e|analy[sz]e|process|read|report|index)\b.{0,60}
        \b(?:say|state|report|write|leave|add)\b""",
    r"""\b(?:ai|llm|language\s+model|assistant|analyst|summari[sz]er|model)\b.{0,25}
        \b(?:must|should|shall|has\s+to|is\s+(?:required|instructed)\s+to|asked\s+you\s+to)\b.{0,60}
        \b(?:ignore|report|say|state|output|answer|respond|summari[sz]e|rate|classify|leave\s+out)\b""",
    r"\b(?:report|state|output|answer|claim|write)\b.{0,40}\b(?:as|is|=)\s+(?:zero|0\s?%|100\s?%|perfect)",
    r"""\b(?:reveal|print|output|show|repeat|leak|display|export)\b.{0,30}\b(?:system\s+prompt|hidden\s+prompt|api\s+key|
        secret\s+key|your\s+(?:instructions|prompt|rules)|password|credentials|transcript\s+index)\b""",
    # Markup, scripts and statements that a person does not say.
    r"<\s*/?\s*(?:system|assistant|instructions?|im_start|im_end|user|tool|transcript)\b|<\|[a-z_]+\|>",
    r"\[/?(?:INST|assistant|system)\]",
    r"\#{2,}\s*(?:new\s+)?(?:instruction|system)|^\s*(?:system|assistant)\s*:",
    r"!\[[^\]]*\]\(\s*(?:https?:|data:)|\bjavascript:|<\s*(?:script|img|iframe)\b",
    r"\b(?:drop|truncate|alter)\s+table\b|\bunion\s+(?:all\s+)?select\b|\bdelete\s+from\s+\w+|\bupdate\s+\w+\s+set\s+\w+\s*=",
    r"\bselect\b.{1,60}\bfrom\b\s+\w+_\w+|;\s*--",
)
_INSTRUCTION = re.compile(
    "|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE
)
_CUE_TEXT = (
    "ignor|disregard|forget|overrid|bypass|discard|skip|vergess|vergiss|olvida|oubliez|instruct|prompt|directive|"
    "command|from now on|you are now|no longer|dan|do anything|have no |act as|respond as|behave as|answer as|"
    "reply as|admin|note to|note for|message to|message for|attention|when you|if you|while you| must | should |"
    " shall | has to |asked you|zero|0%|0 %|perfect|system|api key|secret|password|credential|transcript|<|[/|"
    "[assistant]|![|javascript:| table|select|delete from|update |--|assistant:"
)
_CUES = tuple(_CUE_TEXT.split("|"))
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]")


def is_instruction(text: str) -> bool:
    """Say whether a text talks to a machine rather than to a person."""
    lowered = text.lower()
    if any(cue in lowered for cue in _CUES) and _INSTRUCTION.search(text):
        return True
    return not text.isascii() and bool(_HIDDEN.search(text))
