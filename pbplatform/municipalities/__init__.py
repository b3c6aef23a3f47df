"""The tenants: municipalities with their districts, languages, currency and look, and the associations above them."""
