"""Labels: what a picture shows, in words that a programme's archive is searched by, and its features."""
