"""Personal data to plant: well-formed, checkable, and unassigned to anybody."""

from random import Random

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
# Ranges that regulators keep for films and tests: Ofcom, Bundesnetzagentur, NANPA 555-01xx, PTS.
_PHONES = {
    "UK & Ireland": ("020 7946 0{:03d}", "0113 496 0{:03d}", "028 9649 6{:03d}", "+44 20 7946 0{:03d}"),
    "DACH": ("030 23125 {:03d}", "0221 4710 {:03d}", "040 66969 {:03d}", "+49 30 23125 {:03d}"),
    "North America": ("(212) 555-0{:03d}", "512-555-0{:03d}", "+1 303 555 0{:03d}"),
    "Nordics": ("+46 70 174 0{:03d}",),
}
_LAST_OF_RANGE = {"UK & Ireland": (0, 999), "DACH": (100, 999), "North America": (100, 199), "Nordics": (605, 699)}
_STREETS = {
    "UK & Ireland": ("{n} Alder Road, {city} BT{m} {k}QX", "Flat {k}, {n} Mill Lane, {city} LS{m} {k}QX"),
    "DACH": ("Ahornweg {n}, {p:05d} {city}", "Lindenstraße {n}, {p:05d} {city}"),
    "North America": ("{n} Juniper Street, {city} {p:05d}", "{n} Old Mill Avenue Apt {k}, {city} {p:05d}"),
    "Nordics": ("Björkgatan {n}, {q:05d} {city}", "Furuveien {n}, {q:05d} {city}"),
}
_HOSTS = ("example.com", "example.org", "example.net", "mail.example.com")
_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "o", "æ": "ae", "é": "e", "'": ""})


def personal_data(name: str, region: str, city: str, rng: Random) -> dict[str, str]:
    """Make one person's data by slot name; `_spoken` ones are said digit by digit."""
    phone, card = _phone(region, rng), card_number(rng)
    return {
        "person": name,
        "phone": phone,
        "phone_spoken": spoken(phone),
        "email": _email(name, rng),
        "card": rng.choice((" ", "", "-")).join(card[i : i + 4] for i in range(0, 16, 4)),
        "card_spoken": spoken(card),
        "iban": iban(region, rng),
        "address": _address(region, city, rng),
    }


def spoken(number: str) -> str:
    """Say a number digit by digit, in the field's usual words."""
    return " ".join(_DIGITS[int(sign)] for sign in number.replace("+", "00") if sign.isdigit())


def card_number(rng: Random) -> str:
    """Make 16 digits whose last is the Luhn check digit (ISO/IEC 7812-1)."""
    stem = rng.choice(("4", "51", "53", "55"))
    stem += "".join(str(rng.randrange(10)) for _ in range(15 - len(stem)))
    doubled = sum(sum(divmod(int(digit) * 2, 10)) for digit in stem[::-2])
    plain = sum(int(digit) for digit in stem[-2::-2])
    return stem + str(-(doubled + plain) % 10)


def iban(region: str, rng: Random) -> str:
    """Make an IBAN whose check digits hold (ISO 13616, modulo 97), in groups of four."""
    country, length = {"UK & Ireland": ("GB", 14), "Nordics": ("SE", 20)}.get(region, ("DE", 18))
    account = "".join(str(rng.randrange(10)) for _ in range(length))
    account = ("NWBK" if country == "GB" else "") + account
    check = 98 - int(_as_digits(account + country + "00")) % 97
    whole = f"{country}{check:02d}{account}"
    return " ".join(whole[i : i + 4] for i in range(0, len(whole), 4))


def _as_digits(text: str) -> str:
    return "".join(str(int(sign, 36)) for sign in text)


def _phone(region: str, rng: Random) -> str:
    low, high = _LAST_OF_RANGE[region]
    return rng.choice(_PHONES[region]).format(rng.randint(low, high))


def _email(name: str, rng: Random) -> str:
    first, *rest = name.lower().translate(_ASCII).split()
    last = rest[-1] if rest else "home"
    stem = rng.choice((f"{first}.{last}", f"{first[0]}{last}", f"{first}{rng.randrange(10, 99)}", f"{last}.{first}"))
    return f"{stem}@{rng.choice(_HOSTS)}"


def _address(region: str, city: str, rng: Random) -> str:
    return rng.choice(_STREETS[region]).format(
        n=rng.randint(2, 180),
        m=rng.randint(1, 18),
        k=rng.randint(1, 9),
        p=rng.randint(10115, 97999),
        q=rng.randint(10012, 98499),
        city=city,
    )
