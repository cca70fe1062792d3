-- The event log. Once released this file never changes: a ledger remembers its SHA-256.
PRAGMA application_id = 0x6d624c67; -- "mbLg"

CREATE TABLE migrations (
    number   INTEGER PRIMARY KEY,
    name     TEXT NOT NULL,
    checksum TEXT NOT NULL -- SHA-256 of the file, in hexadecimal
) STRICT;

CREATE TABLE events (
    seq           INTEGER PRIMARY KEY,
    run           INTEGER NOT NULL,
    at            TEXT    NOT NULL, -- RFC 3339, UTC, nanoseconds; shown, never used for order
    mono_ns       INTEGER NOT NULL, -- monotonic clock, for durations within a run
    service       TEXT,
    type          TEXT    NOT NULL,
    version       INTEGER NOT NULL,
    body          TEXT    NOT NULL CHECK (json_valid(body)),
    operation     TEXT,
    previous_hash BLOB,             -- hash of seq - 1; NULL for seq 1
    hash          BLOB              -- SHA-256 over previous_hash (32 zero bytes when NULL) and then, in the order
                                    -- of the columns, seq to operation, each as an 8-byte big-endian length and
                                    -- its bytes: text as UTF-8, integers as 8 bytes big-endian, NULL as the
                                    -- length 2^64 - 1 alone
) STRICT;

CREATE INDEX events_by_run ON events (run);
CREATE INDEX events_by_type ON events (type);
CREATE INDEX events_by_service ON events (service) WHERE service IS NOT NULL;
CREATE INDEX events_by_operation ON events (operation) WHERE operation IS NOT NULL;

-- INSERT OR REPLACE deletes without firing delete triggers unless recursive_triggers is on, so a taken seq
-- has to be refused here, before conflicts are resolved.
CREATE TRIGGER events_append_only_insert BEFORE INSERT ON events
BEGIN
    SELECT RAISE(ABORT, 'events is append-only: seq must be given and be the highest seq plus one')
    WHERE NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events);
    SELECT RAISE(ABORT, 'events is a chain: previous_hash must be the hash of the event before')
    WHERE NEW.previous_hash IS NOT (SELECT hash FROM events WHERE seq = NEW.seq - 1);
    SELECT RAISE(ABORT, 'events is a chain: hash must be a SHA-256')
    WHERE typeof(NEW.hash) IS NOT 'blob' OR length(NEW.hash) IS NOT 32;
END;

CREATE TRIGGER events_append_only_update BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events is append-only: no UPDATE');
END;

CREATE TRIGGER events_append_only_delete BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events is append-only: no DELETE');
END;
