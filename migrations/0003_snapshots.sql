-- What the events up to one of them fold to, so that a start need not read a long history: a cache, which may be
-- emptied at any time. A row counts only while its event still has its hash, and its checksum is right.

CREATE TABLE snapshots (
    seq      INTEGER PRIMARY KEY,
    hash     BLOB    NOT NULL, -- the event's
    version  INTEGER NOT NULL, -- of the fold
    body     TEXT    NOT NULL CHECK (json_valid(body)),
    checksum BLOB    NOT NULL  -- SHA-256 over seq, hash, version and body, laid out as in events.hash
) STRICT;
