"""The simulated company before anything is planted: who its customers are and what its base rates are.

Average handle time has two levels on purpose: a contact is long only where queue *and* channel are
long. Work taken out of short queues in short channels then leaves the average inside every queue
and every channel as it was, and still moves the total (Simpson's paradox without a side effect).
"""

from collections.abc import Mapping
from dataclasses import dataclass

SEGMENTS = ("Consumer", "SMB", "Enterprise")
REGIONS = ("North America", "UK & Ireland", "DACH", "Nordics")
PRODUCTS = ("Fibre", "Mobile", "TV", "Cloud Phone")
PLANS = ("Basic", "Plus", "Premium", "Business")
ACQUISITIONS = ("Online", "Retail store", "Telesales", "Partner", "Referral")
CONTRACTS = ("Monthly", "12 months", "24 months")
CHANNELS = ("Voice", "Chat", "Email", "Messaging", "Bot")
QUEUES = ("Billing", "Technical Support", "Sales", "Complaints", "Retention", "Orders")
TENURES = ("0-3 months", "4-12 months", "1-2 years", "3+ years")
HANDLERS = ("human", "bot")
SITES = ("Belfast", "Manila", "Austin", "Leipzig")
REASONS = ("Price", "Competitor offer", "Service quality", "Moving", "No longer needed", "Withdrawal")

SEGMENT_SHARES = (0.60, 0.32, 0.08)
REGION_SHARES = ((0.30, 0.32, 0.18, 0.20), (0.20, 0.18, 0.50, 0.12), (0.35, 0.25, 0.25, 0.15))
PRODUCT_SHARES = ((0.42, 0.35, 0.18, 0.05), (0.40, 0.25, 0.00, 0.35), (0.32, 0.28, 0.00, 0.40))
PLAN_SHARES = ((0.40, 0.32, 0.28, 0.00), (0.06, 0.60, 0.10, 0.24), (0.00, 0.05, 0.20, 0.75))
ACQUISITION_SHARES = (0.38, 0.22, 0.16, 0.14, 0.10)
CONTRACT_SHARES = (0.34, 0.38, 0.28)

CHURN = 0.018
# One group is a known worry: small firms in DACH on Plus leave at 2.6 % a month.
WORRY = {"segment": "SMB", "region": "DACH", "plan": "Plus"}
WORRY_CHURN = 0.026
CONTRACT_CHURN = (1.256, 0.975, 0.723)
WITHDRAWAL = 0.061
REASON_SHARES = (0.22, 0.26, 0.24, 0.15, 0.13, 0.0)
REASON_OF_TOPIC: Mapping[str, str] = {
    "Price increase": "Price",
    "Invoice dispute": "Price",
    "Bundle offer": "Competitor offer",
    "Slow internet": "Service quality",
    "Outage": "Service quality",
    "Broken promise": "Service quality",
    "Moving home": "Moving",
}

PRICES = (24.0, 39.0, 58.0, 82.0)
SEGMENT_PRICES = (1.0, 2.1, 11.0)
PRODUCTS_HELD = (1.45, 1.9, 2.7)
CONTACT_PROPENSITY = (1.0, 1.1, 1.3)

# Shares of channels in short and in long queues before any planted change.
SHORT_QUEUES = ("Billing", "Sales", "Orders")
SHORT_CHANNELS = ("Chat", "Messaging", "Bot")
SHORT_QUEUE_CHANNELS = (0.13, 0.44, 0.05, 0.30, 0.08)
LONG_QUEUE_CHANNELS = (0.60, 0.12, 0.16, 0.06, 0.06)
COMPLAINT_CHANNELS = (0.60, 0.14, 0.17, 0.08, 0.01)
SHORT_SECONDS = 300.0
LONG_SECONDS: Mapping[str, float] = {"Technical Support": 860.0, "Complaints": 930.0, "Retention": 800.0}

DEFLECTION = 0.80
COMPLETION = 0.60
ABANDONMENT = (0.065, 0.045, 0.010, 0.030, 0.040)
ANSWERED_FAST = 0.76
SLOW_WAIT = 95.0
HOLD_SHARE, WRAP_SHARE = 0.10, 0.18

MONTH_SEASON = (1.00, 0.96, 0.98, 0.97, 0.97, 0.98, 0.95, 0.95, 1.01, 1.02, 1.06, 1.18)
WEEKDAY_LOAD = (1.36, 1.14, 1.08, 1.06, 1.06, 0.72, 0.58)
SURVEY_SEASON = (1.0, 1.0, 1.0, 1.0, 1.0, 0.95, 0.80, 0.78, 0.97, 1.0, 1.0, 0.98)
SURVEY_RESPONSE = 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRates:
    """Base rates of one queue."""

    transfer: float
    escalation: float
    resolution: float
    complaint: float
    avoidable: float
    sentiment: float
    csat: float
    effort: float
    promoters: float
    detractors: float
    qa: float
    disclosure: float


_Q = QueueRates
# fmt: off
QUEUE_RATES: Mapping[str, QueueRates] = {
    "Billing": _Q(transfer=.18, escalation=.05, resolution=.79, complaint=.09, avoidable=.34, sentiment=-.08, csat=.74,
                  effort=3.1, promoters=.36, detractors=.26, qa=82, disclosure=.035),
    "Technical Support": _Q(transfer=.14, escalation=.06, resolution=.74, complaint=.05, avoidable=.26, sentiment=-.06,
                            csat=.73, effort=3.4, promoters=.36, detractors=.27, qa=81, disclosure=.020),
    "Sales": _Q(transfer=.08, escalation=.02, resolution=.86, complaint=.02, avoidable=.08, sentiment=.18, csat=.82,
                effort=2.4, promoters=.46, detractors=.17, qa=83, disclosure=.060),
    "Complaints": _Q(transfer=.12, escalation=.15, resolution=.66, complaint=.31, avoidable=.48, sentiment=-.34,
                     csat=.58, effort=4.2, promoters=.22, detractors=.43, qa=80, disclosure=.025),
    "Retention": _Q(transfer=.10, escalation=.06, resolution=.76, complaint=.08, avoidable=.16, sentiment=-.06,
                    csat=.72, effort=3.2, promoters=.34, detractors=.28, qa=82, disclosure=.045),
    "Orders": _Q(transfer=.09, escalation=.03, resolution=.83, complaint=.05, avoidable=.30, sentiment=.08, csat=.78,
                 effort=2.6, promoters=.41, detractors=.21, qa=83, disclosure=.020),
}
# fmt: on
