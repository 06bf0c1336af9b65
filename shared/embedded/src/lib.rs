//! What a laptop has in place of S3: an in-process S3 server.
