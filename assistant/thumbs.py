"""Why an answer was not right: the reasons that go with a thumb down."""

REASONS = {
    "wrong_number": "the number is wrong",
    "wrong_filter": "the filter or the period is wrong",
    "wrong_metric": "another metric was meant",
    "quote": "a quote does not fit",
    "not_answered": "it does not answer the question",
    "unclear": "it is hard to understand",
}
