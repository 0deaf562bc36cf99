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
        (?:assistant|ai|bot|model| dan|mode|restricted|bound)\b""",
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
    # Telling whoever answers how to answer.
    r"""(?:^|[.!?,:;"'”]\s*|\bplease\s+|\b(?:can|could|will|would)\s+you\s+)
        (?:add|include|integrate|insert|append|embed|modify|enhance|augment|replace|reverse|invert|encode|encrypt|render|
        translate|shift|rearrange|anagram|scramble|jumble|misspell|remove|group|combine|substitute|convert|introduce|use|
        express|provide|write|apply|change|alter|present|format|phrase|rewrite|transform|make|put|give|mention|weave)\b
        [^.!?]{0,120}\byour\s+(?:answer|response|reply|output|message|text|words)\b""",
    r"""\bin\s+your\s+(?:answer|response|reply|output)\b,?\s*(?:\w+\s+){0,2}
        (?:suggest|include|mention|tease|add|use|promote|recommend|provide|hint|refer|insert|state|say|never|always)\b""",
    r"\b(?:reply|respond|answer)\s+(?:only\s+)?(?:in|using|with)\s+(?:\w+\s+){0,2}"
    r"(?:reverse|base\d\d|emojis?|morse|leetspeak|cipher|code|rhyme|french|spanish|german|encoding)\b",
    r"\b(?:caesar|rot13|substitution\s+cipher|base(?:16|32|58|64)|morse\s+code|leetspeak|pig\s+latin|anagrams?)\b",
    # Asking for what an assistant makes, not a contact centre.
    r"""\b(?:write|compose|draft|create|generate|provide|develop|give\s+me|show\s+me|make)\s+(?:me\s+)?(?:an?|the|some)\s+
        (?:[\w-]+\s+){0,3}(?:script|poem|haiku|acrostic|essay|short\s+story story|speech|recipe|python|javascript|
        function|phishing|outreach|limerick|lyrics|blog\s+post|list\s+of\s+nobel)\b""",
    r"""\bsummari[sz]e\s+(?:the|this|these)\s+(?:main|web\s?page|paper|article|following|findings|e-?mail|text|document)|
        \b(?:analy[sz]e|determine|classify|identify|detect)\b.{0,12}\bthe\s+(?:sentiment|mood| tone|trend)\b|
        \btranslate\s+(?:the|this)\s+(?:following|sentence|text|phrase)|\bcreate\s+action\s+items\b|
        \bwhat\s+is\s+the\s+output\s+of\s+this\s+code|\bdecode\s+this\b|\bgiven\s+this\s+(?:table|wikipedia|text|article)\b|
        \bmain\s+conclusions\s+of\s+this\s+paper""",
    r"\bQ:\s.{1,400}\bA:\s.{1,400}\bQ:\s",
    r"\b(?P<token>\w{2,})(?:\s+(?P=token)\b){5,}",
    # Probing for secrets and for others' data, in words of authority or make-believe.
    r"""\b(?:share|reveal|tell|give|disclose|confirm|know|provide|contains?)\b.{0,40}\b(?:your|the|our)\s+
        (?:password|secret(?:\s+key)?|passcode\s+phrase)\b
        (?!\s+(?:on|reset|for\s+(?:my|the)|is|was|fails?|does|has|not|page|link)\b)|\bwhat(?:'s|\s+is|\s+would)\s+(?:your|the)\s+(?:secret|password)\b""",
    r"""\b(?:the|this|that|each)\s+user'?s?\s+(?:e-?mail|password|initials|birth|current|location|city|address|name|personal)\b|
        \bwhere\s+(?:is|does)\s+the\s+user\b|\busers\s+in\s+your\s+database\b""",
    r"""\b(?:imagine|suppose|pretend|let's\s+(?:say|assume|pretend))\b.{0,20}\b(?:we're|we\s+are|we\s+were|you're|you\s+are|
        we\s+have\s+three|i\s+wanted)\b|\bhypothetical(?:ly)?\s+(?:scenario|discussion|conversation|situation|if)\b|
        \bin\s+(?:a|this)\s+(?:parallel\s+universe|fictional\s+world|role-?play)""",
    r"""\b(?:as\s+an|you(?:'re|\s+are)\s+an)\s+ai\b|\bi(?:'m|\s+am)\s+(?:god|your\s+(?:developer|creator|boss)|a\s+developer\s+
        running|the\s+(?:developer|president\s+of))\b|\b(?:override|maintenance|debug|developer|admin|security\s+override)\s+mode\b""",
    r"""\b(?:ignorier\w*|vergiss\w*|ignorez?|oubliez?|ignora\w*|olvid\w*|dimentic\w*|ignorar|esque[cç]\w*|игнорир\w*|забуд\w*)\b
        .{0,40}\b(?:anweisung\w*|instru\w*|istruzion\w*|инструкц\w*|page|página|pagina|fonction|función|regel\w*|todo|tout|alles)|
        忽略.{0,12}(?:指示|指令|说明)|(?:指示|命令).{0,6}無視""",
    r"""\b(?:quel|quelle|cuál|cual|qual|was\s+ist|wie\s+lautet|какой)\b.{0,25}(?:mot\s+de\s+passe|contraseña|senha|password|
        passwort|пароль)|パスワード|密码""",
    r"(?<![\w/.])[A-Za-z0-9+/]{44,}={0,2}(?![\w/])|(?:\b[01]{8}\b\s*){4,}|(?:[.-]{1,5}\s){8,}",
    # Markup, scripts and statements that a person does not say.
    r"<\s*/?\s*(?:system|assistant|instructions?|im_start|im_end| user|tool|transcript)\b|<\|[a-z_]+\|>",
    r"\[/?(?:INST|assistant|system)\]",
    r"\#{2,}\s*(?:new\s+)?(?:instruction|system)|^\s*(?:system|assistant)\s*:",
    r"<!(?:doctype|--)|<\s*/?\s*(?:html|head|body|code| table|style)\b",
    r"!\[[^\]]*\]\(\s*(?:https?:|data:)|\bjavascript:|<\s*(?:script|img|iframe)\b",
    r"\b(?:drop|truncate|alter)\s+table\b|\bunion\s+(?:all\s+)?select\b|\bdelete\s+from\s+\w+|\bupdate\s+\w+\s+set\s+\w+\s*=",
    r"\bselect\b.{1,60}\bfrom\b\s+\w+_\w+|;\s*--",
)
_INSTRUCTION = re.compile(
    "|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE
)
_CUE_TEXT = (
    "ignor|disregard|forget|overrid|bypass|discard|skip|vergess|vergiss|olvid|oubl|dimentic|esque|игнорир|"
    "забуд|忽略|無視|instruct|prompt|directive|command|from now on|you are now|no longer| dan|do anything|have no |"
    "act as|respond|behave as|answer as|answer in|answer only|answer with|reply |admin|note to|note for|"
    "message to|message for|attention|when you|if you|while you| must | should | shall | has to |asked you|"
    " zero|0%|0 %|perfect|system|api key|secret|passw|credential|passcode|contraseñ|mot de passe|senha|пароль|"
    "パスワード|密码|transcript|<|[/|[assistant]|![|javascript| table|select |delete from|update |--|assistant:|"
    "your answer|your response|your reply|your output|your message|your text|your words|caesar|rot13|cipher|"
    "base16|base32|base58|base64|morse|leetspeak|pig latin|anagram|script|poem|haiku|acrostic|essay|story|"
    "speech|recipe|python|function|phishing|outreach|limerick|lyrics|blog|nobel|summari|sentiment|mood| tone|"
    "trend|translate|action items|output of|decode|given this|conclusions|q:| user|imagine|suppose|pretend|"
    "let's say|let's assume|hypothetical|universe|fictional|role-|role | ai| god|developer|creator|boss|"
    "president| mode|.- |-. "
)
_CUES = tuple(_CUE_TEXT.split("|"))
_LONG_CODE = re.compile(r"\S{44}|[01]{8}")
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]")


def is_instruction(text: str) -> bool:
    """Say whether a text talks to a machine rather than to a person."""
    if _is_worth_reading(text) and _INSTRUCTION.search(text):
        return True
    return not text.isascii() and bool(_HIDDEN.search(text))


def _is_worth_reading(text: str) -> bool:
    """Look for words that instructions hold, for long codes and for one word said over and over."""
    lowered = text.lower()
    words = lowered.split()
    return (
        any(cue in lowered for cue in _CUES)
        or (len(words) > 5 and len(set(words)) <= len(words) - 5)
        or _LONG_CODE.search(text) is not None
    )
