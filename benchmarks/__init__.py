"""Speed and quality figures, measured beside a floor or a peer in the same run."""
