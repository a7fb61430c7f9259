-- The events as the clock needs them: who did it, what it is for the clocks, and its place within one instant.
-- `k` stands for the conversation (64 bits of hash: integers sort several times faster than texts in DuckDB).

SET TimeZone = 'UTC';
SET preserve_insertion_order = false;

-- The kinds as they are told, and what messages, statuses and outcomes are for the clocks.
CREATE TYPE what AS ENUM (
    'adopt', 'opened', 'message', 'status', 'outcome', 'assigned', 'team', 'priority', 'tagged', 'untagged', 'theme', 'field', 'queued',
    'joined', 'abandoned', 'call_answered', 'ended', 'complaint', 'escalated', 'bot_handoff', 'sla_target', 'merged', 'split',
    'deleted', 'restored',
    'customer', 'reply', 'note', 'bot', 'acknowledged',
    'new', 'open', 'pending', 'on_hold', 'solved', 'closed',
    'said_solved', 'said_unsolved', 'said_spam', 'said_duplicate', 'away', 'other');

CREATE TYPE actors AS ENUM ('customer', 'agent', 'bot', 'system');

CREATE MACRO actor_of(kind, actor_kind, actor_id, customer_id, automated) AS
    CASE WHEN actor_kind = 'agent' AND automated THEN 'system'::actors
         WHEN actor_kind IS NOT NULL THEN actor_kind
         WHEN actor_id = customer_id THEN 'customer'
         WHEN kind IN ('opened', 'complaint', 'abandoned') THEN 'customer'
         WHEN kind = 'message' AND actor_id IS NULL THEN 'customer'
         WHEN kind IN ('queued', 'sla_target', 'ended') THEN 'system'
         WHEN kind = 'bot_handoff' THEN 'bot'
         WHEN automated THEN 'system'
         ELSE 'agent' END;

CREATE MACRO what_of(kind, actor, public, value) AS
    CASE WHEN kind = 'message' THEN (CASE
            WHEN NOT coalesce(public, true) THEN if(actor = 'agent', 'note'::what, 'other'::what)
            WHEN actor = 'customer' THEN 'customer'
            WHEN actor = 'agent' THEN 'reply'
            WHEN actor = 'bot' THEN 'bot'
            ELSE 'acknowledged' END)
         WHEN kind = 'status' THEN coalesce(value::what, 'other')
         WHEN kind = 'outcome' THEN coalesce(('said_' || value)::what, 'other')
         WHEN kind IN ('joined', 'call_answered') AND actor = 'bot' THEN 'other'
         ELSE kind END;

-- Within one instant, from 1 (0 is for a wait that a merged conversation brings).
CREATE MACRO rank_of(kind, actor, what) AS
    CASE WHEN kind = 'message' THEN if(actor = 'customer', 3, 5)
         WHEN kind = 'status' THEN (CASE what WHEN 'open' THEN 9 WHEN 'pending' THEN 10 WHEN 'on_hold' THEN 11 WHEN 'solved' THEN 12 WHEN 'closed' THEN 13 ELSE 8 END)
         WHEN kind IN ('opened', 'restored', 'abandoned', 'ended', 'outcome', 'split', 'merged', 'deleted') THEN (CASE kind
            WHEN 'restored' THEN 1 WHEN 'opened' THEN 2 WHEN 'abandoned' THEN 6 WHEN 'ended' THEN 7
            WHEN 'outcome' THEN 14 WHEN 'split' THEN 15 WHEN 'merged' THEN 16 ELSE 17 END)
         ELSE 4 END;

CREATE VIEW told AS
SELECT k, * EXCLUDE (k), actor_of(kind, actor_kind, actor_id, customer_id, automated) AS actor
FROM (SELECT hash(conversation_id) AS k, * REPLACE (kind::what AS kind, actor_kind::actors AS actor_kind) FROM read_parquet({events}));

-- One bigint holds instant and rank: 32 ranks an instant.
CREATE MACRO steps_of(relation) AS TABLE
    SELECT k, conversation_id, epoch_us(occurred_at) AS t, epoch_us(occurred_at) * 32 + rank_of(kind, actor, what) AS place, external_id,
           what, actor,
           CASE WHEN kind = 'outcome' THEN target
                WHEN what IN ('call_answered', 'reply') THEN actor_id
                WHEN kind IN ('assigned', 'team', 'priority', 'tagged', 'untagged', 'theme') THEN nullif(value, '') END AS said,
           customer_id, CASE WHEN actor = 'customer' THEN actor_id END AS customer_actor, channel,
           CASE WHEN kind = 'merged' AND target <> conversation_id THEN hash(target) END AS into_k,
           kind = 'message' AS is_message, NULL::BIGINT AS since
    FROM (SELECT *, what_of(kind, actor, public, value) AS what FROM query_table(relation));
