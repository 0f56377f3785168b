"""The embedded mesh: broker, database and services as supervised processes of one folder."""
