"""The log of decisions as outsiders may check it: entries, the chains they form, and the seals of chains.

Nothing here reads a store: an outsider who has the entries, the seals and the public key needs no more.
`seals` needs `cryptography` (`framewell-contracts[audit]`).
"""
