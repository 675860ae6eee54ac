"""What certificates of several rules share: small instances, dense laws, terms that stay."""
