"""Instructions planted in transcripts: such turns are kept as data, flagged, and never quoted."""

import re

_WHAT = r"(?:instructions?|prompts?|rules?|guidelines?|directives?|commands?|context|programming|training|guardrails?)"
_PATTERNS = (
    rf"\b(?:ignore|disregard|forget|override|bypass|discard|skip)\b.{{0,40}}\b(?:previous|prior|above|earlier|all|any|your|the|these|system|my)\b.{{0,30}}\b{_WHAT}",
    rf"\b(?:new|updated|real|actual|hidden|system|developer)\s+{_WHAT}\s*[:=]",
    r"\byou are (?:now|no longer) (?:in |an? |the )?(?:[\w-]+ ){0,2}(?:assistant|ai|bot|model|dan|mode|restricted|bound)\b",
    r"\b(?:system|developer|admin(?:istrator)?) (?:prompt|override)\b",
    r"\b(?:act|respond|behave|answer|reply) as (?:if|though|an?)\b.{0,40}\b(?:ai|assistant|model|unrestricted|admin|root|system)\b",
    r"\b(?:reveal|print|output|show|repeat|leak|display)\b.{0,30}\b(?:system prompt|your (?:instructions|prompt|rules)|api key|secret key|password|credentials)\b",
    r"\b(?:report|state|output|answer|claim|write)\b.{0,40}\b(?:as|is|=)\s+(?:zero|0 ?%|100 ?%|perfect)",
    r"\b(?:ai|llm|language model|assistant|analyst|summari[sz]er|model)\b.{0,25}\b(?:must|should|shall|has to|is (?:required|instructed) to)\b.{0,60}\b(?:ignore|report|say|state|output|answer|respond|summari[sz]e|rate|classify)\b",
    r"<\s*/?\s*(?:system|assistant|instructions?|im_start|im_end|user|tool)\b|<\|[a-z_]+\|>|\[/?INST\]|###\s*(?:instruction|system)|^\s*(?:system|assistant)\s*:",
    r"!\[[^\]]*\]\(\s*(?:https?:|data:)|\bjavascript:|<\s*(?:script|img|iframe)\b",
    r"\b(?:drop|truncate|alter)\s+table\b|\bunion\s+(?:all\s+)?select\b|\bdelete\s+from\s+\w+|\bselect\b.{1,60}\bfrom\b\s+\w+_\w+|;\s*--",
    r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]",
)
_INSTRUCTION = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE | re.MULTILINE | re.DOTALL)
_HINT = re.compile(
    r"ignore|disregard|forget|overrid|bypass|discard|instruct|prompt|you are n|system|developer|admin|act as|respond|"
    r"behave|answer|reply|reveal|print|output|repeat|leak|report|claim|\bai\b|llm|model|assistant|analyst|<|\[/?inst|###|"
    r"!\[|javascript|table|select|delete|--|[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]",
    re.IGNORECASE,
)


def is_instruction(text: str) -> bool:
    """Say whether a text talks to a machine rather than to a person."""
    return bool(_HINT.search(text)) and bool(_INSTRUCTION.search(text))
