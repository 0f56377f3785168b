"""The console in a real browser, page by page, on a gateway with fakes around it."""
