"""The craft of transcode: what is made of a chunk in one decode, and an asset put together from its parts."""
