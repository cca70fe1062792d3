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
