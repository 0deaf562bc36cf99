"""One module an intent: from a plan to findings, saying on the way what is being done."""
