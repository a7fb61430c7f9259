-- The events as the clock needs them: who did it, what it is for the clocks, and its place within one instant.
-- `k` stands for the conversation (64 bits of hash: integers sort several times faster than texts in DuckDB).

SET TimeZone = 'UTC';
SET preserve_insertion_order = false;

CREATE TYPE what AS ENUM (
    'adopt', 'restored', 'opened', 'customer', 'queued', 'joined', 'answered', 'assigned', 'team', 'priority', 'tagged',
    'untagged', 'theme', 'handoff', 'complaint', 'reply', 'note', 'bot', 'acknowledged', 'abandoned', 'ended',
    'new', 'open', 'pending', 'on_hold', 'solved', 'closed',
    'said_solved', 'said_unsolved', 'said_spam', 'said_duplicate', 'merged', 'deleted', 'away', 'other');

CREATE TYPE actors AS ENUM ('customer', 'agent', 'bot', 'system');

CREATE MACRO actor_of(kind, actor_kind, actor_id, customer_id, automated) AS
    CASE coalesce(actor_kind, CASE
            WHEN actor_id = customer_id THEN 'customer'
            WHEN kind IN ('opened', 'complaint', 'abandoned') THEN 'customer'
            WHEN kind = 'message' AND actor_id IS NULL THEN 'customer'
            WHEN kind IN ('queued', 'sla_target', 'ended') THEN 'system'
            WHEN kind = 'bot_handoff' THEN 'bot'
            ELSE 'agent' END)
        WHEN 'agent' THEN if(coalesce(automated, false), 'system', 'agent')::actors
        WHEN 'customer' THEN 'customer'::actors
        WHEN 'bot' THEN 'bot'::actors
        ELSE 'system'::actors END;

CREATE MACRO what_of(kind, actor, public, value) AS
    CASE kind
        WHEN 'message' THEN (CASE
            WHEN actor = 'customer' THEN if(coalesce(public, true), 'customer', 'other')
            WHEN actor = 'agent' THEN if(coalesce(public, true), 'reply', 'note')
            WHEN NOT coalesce(public, true) THEN 'other'
            ELSE if(actor = 'bot', 'bot', 'acknowledged') END)
        WHEN 'status' THEN coalesce(value, 'other')
        WHEN 'outcome' THEN coalesce('said_' || value, 'other')
        WHEN 'call_answered' THEN 'answered'
        WHEN 'bot_handoff' THEN 'handoff'
        WHEN 'escalated' THEN 'complaint'
        WHEN 'field' THEN 'other' WHEN 'sla_target' THEN 'other' WHEN 'split' THEN 'other'
        ELSE kind::VARCHAR END::what;

-- Within one instant, from 1 (0 is for a wait that a merged conversation brings).
CREATE MACRO rank_of(kind, actor, value) AS
    CASE kind
        WHEN 'restored' THEN 1 WHEN 'opened' THEN 2
        WHEN 'message' THEN if(actor = 'customer', 3, 5)
        WHEN 'abandoned' THEN 6 WHEN 'ended' THEN 7
        WHEN 'status' THEN 8 + coalesce(list_position(['new', 'open', 'pending', 'on_hold', 'solved', 'closed'], value) - 1, 0)
        WHEN 'outcome' THEN 14 WHEN 'split' THEN 15 WHEN 'merged' THEN 16 WHEN 'deleted' THEN 17
        ELSE 4 END;

CREATE TYPE kinds AS ENUM (
    'opened', 'message', 'status', 'outcome', 'assigned', 'team', 'priority', 'tagged', 'untagged', 'theme', 'field', 'queued',
    'joined', 'abandoned', 'call_answered', 'ended', 'complaint', 'escalated', 'bot_handoff', 'sla_target', 'merged', 'split',
    'deleted', 'restored');

CREATE VIEW told AS
SELECT hash(conversation_id) AS k, * REPLACE (kind::kinds AS kind), actor_of(kind, actor_kind, actor_id, customer_id, automated) AS actor
FROM read_parquet({events});

-- One bigint holds instant and rank: 32 ranks an instant.
CREATE MACRO steps_of(relation) AS TABLE
    SELECT k, conversation_id, epoch_us(occurred_at) AS t, epoch_us(occurred_at) * 32 + rank_of(kind, actor, value) AS place, external_id,
           what_of(kind, actor, public, value) AS what, actor,
           CASE WHEN kind = 'outcome' THEN target
                WHEN kind = 'call_answered' OR (kind = 'message' AND actor = 'agent') THEN actor_id
                WHEN kind IN ('assigned', 'team', 'priority', 'tagged', 'untagged', 'theme') THEN nullif(value, '') END AS said,
           customer_id, CASE WHEN actor = 'customer' THEN actor_id END AS customer_actor, channel,
           CASE WHEN kind = 'merged' AND target <> conversation_id THEN hash(target) END AS into_k,
           kind = 'message' AS is_message, NULL::BIGINT AS since
    FROM query_table(relation);
