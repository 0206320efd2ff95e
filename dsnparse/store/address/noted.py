"""What a database notes of how it tells addresses apart."""

from __future__ import annotations

import json

from dsnparse.store.address.normalize import AddressIdentity
from dsnparse.store.address.privacy import Privacy


def settings_of(identity: AddressIdentity, privacy: Privacy) -> dict[str, str]:
    """The rows of `meta`: name and value."""
    ours = {
        "plus_tags": identity.plus_tags,
        "provider_dots": identity.provider_dots,
        "fold_domains": sorted(identity.fold_domains),
        "ignore_case": identity.ignore_case,
    }
    return {"addresses": json.dumps(ours), "privacy": privacy.mark}
