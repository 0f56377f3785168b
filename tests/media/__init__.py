"""Every kind of media that broadcasters and archives send, through transcode, beside a full decode."""
