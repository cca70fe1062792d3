// Made from migrations/ by scripts/embed-migrations; edit those files instead.

extension Migration {
    /// Every migration, oldest first, byte for byte as in `migrations/`.
    static let all: [Migration] = [
        Migration(
            number: 1,
            name: "0001_events",
            sql: #"""
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

                """#),
        Migration(
            number: 2,
            name: "0002_projections",
            sql: #"""
                -- What the events add up to, kept up to date in the transaction that appends, and a second definition computed
                -- from the events alone, from which the tables are rebuilt and against which they are checked.

                CREATE TABLE run_projection (
                    run          INTEGER PRIMARY KEY,
                    started_seq  INTEGER NOT NULL,
                    finished_seq INTEGER,
                    command      TEXT,
                    arguments    TEXT NOT NULL, -- a JSON array
                    started_at   TEXT NOT NULL,
                    finished_at  TEXT,
                    outcome      TEXT NOT NULL,
                    definition   TEXT,
                    engine       TEXT
                ) STRICT;

                CREATE TABLE service_projection (
                    service      TEXT PRIMARY KEY,
                    state        TEXT NOT NULL,
                    run          INTEGER NOT NULL,
                    seq          INTEGER NOT NULL,
                    at           TEXT NOT NULL,
                    container_id TEXT,
                    cause        TEXT
                ) STRICT, WITHOUT ROWID;

                CREATE TRIGGER project_run_started AFTER INSERT ON events WHEN NEW.type = 'run.started'
                BEGIN
                    INSERT INTO run_projection (run, started_seq, command, arguments, started_at, outcome, definition, engine)
                    SELECT NEW.run,
                           NEW.seq,
                           CAST(json_extract(NEW.body, '$.command') AS TEXT),
                           coalesce(CAST(json_extract(NEW.body, '$.arguments') AS TEXT), '[]'),
                           NEW.at,
                           'running',
                           CAST(json_extract(NEW.body, '$.definition') AS TEXT),
                           CAST(json_extract(NEW.body, '$.engine') AS TEXT)
                    WHERE NOT EXISTS (SELECT 1 FROM run_projection WHERE run = NEW.run);
                END;

                -- A run that has ended stays ended: only the first run.finished counts.
                CREATE TRIGGER project_run_finished AFTER INSERT ON events WHEN NEW.type = 'run.finished'
                BEGIN
                    UPDATE run_projection
                    SET finished_seq = NEW.seq,
                        finished_at  = NEW.at,
                        outcome      = coalesce(CAST(json_extract(NEW.body, '$.outcome') AS TEXT), 'crashed')
                    WHERE run = NEW.run AND finished_seq IS NULL;
                END;

                CREATE TRIGGER project_service_state AFTER INSERT ON events
                WHEN NEW.type = 'service.state_changed' AND NEW.service IS NOT NULL AND json_extract(NEW.body, '$.to') IS NOT NULL
                BEGIN
                    DELETE FROM service_projection WHERE service = NEW.service;
                    INSERT INTO service_projection (service, state, run, seq, at, container_id, cause)
                    VALUES (NEW.service,
                            CAST(json_extract(NEW.body, '$.to') AS TEXT),
                            NEW.run,
                            NEW.seq,
                            NEW.at,
                            CAST(json_extract(NEW.body, '$.container_id') AS TEXT),
                            CAST(json_extract(NEW.body, '$.cause') AS TEXT));
                END;

                -- The views that others read.
                CREATE VIEW runs AS
                SELECT run, command, arguments, started_at, finished_at, outcome, definition, engine
                FROM run_projection;

                CREATE VIEW service_states AS
                SELECT service, state, run, seq, at, container_id, cause
                FROM service_projection;

                -- The unary plus keeps the planner on the index of the run: the one of the type would be quadratic in runs.
                CREATE VIEW runs_from_events AS
                SELECT started.run AS run,
                       started.seq AS started_seq,
                       finished.seq AS finished_seq,
                       CAST(json_extract(started.body, '$.command') AS TEXT) AS command,
                       coalesce(CAST(json_extract(started.body, '$.arguments') AS TEXT), '[]') AS arguments,
                       started.at AS started_at,
                       finished.at AS finished_at,
                       CASE WHEN finished.seq IS NULL THEN 'running'
                            ELSE coalesce(CAST(json_extract(finished.body, '$.outcome') AS TEXT), 'crashed')
                       END AS outcome,
                       CAST(json_extract(started.body, '$.definition') AS TEXT) AS definition,
                       CAST(json_extract(started.body, '$.engine') AS TEXT) AS engine
                FROM events AS started
                LEFT JOIN events AS finished ON finished.seq = (
                    SELECT min(seq) FROM events WHERE run = started.run AND +type = 'run.finished' AND seq > started.seq)
                WHERE started.type = 'run.started'
                  AND started.seq = (SELECT min(seq) FROM events WHERE run = started.run AND +type = 'run.started');

                CREATE VIEW service_states_from_events AS
                SELECT service,
                       CAST(json_extract(body, '$.to') AS TEXT) AS state,
                       run,
                       seq,
                       at,
                       CAST(json_extract(body, '$.container_id') AS TEXT) AS container_id,
                       CAST(json_extract(body, '$.cause') AS TEXT) AS cause
                FROM events
                WHERE seq IN (
                    SELECT max(seq)
                    FROM events
                    WHERE type = 'service.state_changed' AND service IS NOT NULL AND json_extract(body, '$.to') IS NOT NULL
                    GROUP BY service);

                -- A ledger that has events already.
                INSERT INTO run_projection
                    (run, started_seq, finished_seq, command, arguments, started_at, finished_at, outcome, definition, engine)
                SELECT run, started_seq, finished_seq, command, arguments, started_at, finished_at, outcome, definition, engine
                FROM runs_from_events;

                INSERT INTO service_projection (service, state, run, seq, at, container_id, cause)
                SELECT service, state, run, seq, at, container_id, cause
                FROM service_states_from_events;

                """#),
        Migration(
            number: 3,
            name: "0003_snapshots",
            sql: #"""
                -- What the events up to one of them fold to, so that a start need not read a long history: a cache, which may be
                -- emptied at any time. A row counts only while its event still has its hash, and its checksum is right.

                CREATE TABLE snapshots (
                    seq      INTEGER PRIMARY KEY,
                    hash     BLOB    NOT NULL, -- the event's
                    version  INTEGER NOT NULL, -- of the fold
                    body     TEXT    NOT NULL CHECK (json_valid(body)),
                    checksum BLOB    NOT NULL  -- SHA-256 over seq, hash, version and body, laid out as in events.hash
                ) STRICT;

                """#),
        Migration(
            number: 4,
            name: "0004_lookups",
            sql: #"""
                -- What history and postmortem look for in a ledger of any age without reading through it.

                -- The newest run that failed.
                CREATE INDEX run_projection_failed ON run_projection (run) WHERE outcome IN ('failed', 'interrupted', 'crashed');

                -- When a service was last in a state, and when a step was last meant for it.
                CREATE INDEX events_by_service_state ON events (service, json_extract(body, '$.to'))
                WHERE type = 'service.state_changed';

                CREATE INDEX events_by_service_step ON events (service, json_extract(body, '$.step'))
                WHERE type = 'step.intended';

                """#),
    ]
}
