-- What history and postmortem look for in a ledger of any age without reading through it.

-- The newest run that failed.
CREATE INDEX run_projection_failed ON run_projection (run) WHERE outcome IN ('failed', 'interrupted', 'crashed');

-- When a service was last in a state, and when a step was last meant for it.
CREATE INDEX events_by_service_state ON events (service, json_extract(body, '$.to'))
WHERE type = 'service.state_changed';

CREATE INDEX events_by_service_step ON events (service, json_extract(body, '$.step'))
WHERE type = 'step.intended';
