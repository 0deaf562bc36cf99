"""Thirteen checks of what may have changed under the assistant; quiet unless it is certain and large enough."""
