"""What stands behind the ports of transcode."""
