-- Fold A in SQL: the steps of {steps} to conversations, episodes, waits and replies, written as Parquet.
--
-- One sort puts the steps in order; what depends on the order beyond "first" and "last" (statuses, turns, waits,
-- handling) is asked of narrow subsets of the ordered steps. Statements run in this order, in one session.

CREATE OR REPLACE TEMP TABLE ordered AS
SELECT k, t, what, actor, said, since,
       row_number() OVER in_order AS pos,
       last_value(CASE WHEN what IN ('new', 'open', 'pending', 'on_hold', 'solved', 'closed') THEN what END IGNORE NULLS) OVER before AS status,
       last_value(CASE WHEN what = 'assigned' THEN coalesce(said, '') END IGNORE NULLS) OVER before AS holder,
       last_value(CASE WHEN what IN ('reply', 'call_answered') THEN said END IGNORE NULLS) OVER before AS replier,
       -- What has been: 1 a bot, 2 a queue, 4 a solve by outcome.
       bit_or((CASE what WHEN 'bot_handoff' THEN 1 WHEN 'queued' THEN 2 WHEN 'said_solved' THEN 4 ELSE 0 END | if(actor = 'bot', 1, 0))::UTINYINT)
           OVER (in_order ROWS UNBOUNDED PRECEDING) AS been
FROM {steps}
WINDOW in_order AS (PARTITION BY k ORDER BY place, external_id),
       before AS (PARTITION BY k ORDER BY place, external_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);

-- What is first, last or counted, whatever came between.
CREATE OR REPLACE TEMP TABLE firsts AS
SELECT k,
       min(t) FILTER (what NOT IN ('adopt', 'away')) AS opened_at,
       coalesce(arg_min(actor, pos) FILTER (what = 'opened'),
                arg_min(actor, pos) FILTER (what IN ('customer', 'reply', 'bot', 'acknowledged')), 'customer'::actors) AS opener,
       arg_max(what, pos) FILTER (what IN ('said_solved', 'said_unsolved', 'said_spam', 'said_duplicate')) AS last_said,
       arg_max(said, pos) FILTER (what IN ('said_solved', 'said_unsolved', 'said_spam', 'said_duplicate')) AS outcome_reason,
       max(t) FILTER (what = 'merged') AS merged_at,
       arg_max(what, pos) FILTER (what IN ('deleted', 'restored')) = 'deleted' AS deleted,
       max(t) FILTER (what = 'ended') AS ended_at,
       count(*) FILTER (what = 'ended') AS end_count,
       count(*) FILTER (what = 'call_answered') AS call_count,
       min(t) FILTER (what = 'customer') AS first_customer_at,
       min(pos) FILTER (what = 'customer') AS first_customer_pos,
       min(t) FILTER (what IN ('reply', 'call_answered')) AS first_human_at,
       min(pos) FILTER (what IN ('reply', 'call_answered')) AS first_human_pos,
       arg_min_null(said, pos) FILTER (what IN ('reply', 'call_answered')) AS first_human,
       arg_max(said, pos) FILTER (what IN ('reply', 'call_answered')) AS last_human,
       min(said) FILTER (what IN ('reply', 'call_answered')) AS one_human,
       max(said) FILTER (what IN ('reply', 'call_answered')) AS other_human,
       bool_or(what IN ('reply', 'call_answered', 'note', 'joined')) AS human_met,
       min(t) FILTER (what = 'bot') AS first_bot_reply_at,
       bool_or(actor = 'bot' OR what = 'bot_handoff') AS bot_met,
       min(t) FILTER (been & 1 > 0 AND what IN ('bot_handoff', 'queued', 'reply', 'joined', 'call_answered')) AS handover_at,
       min(pos) FILTER (been & 1 > 0 AND what IN ('bot_handoff', 'queued', 'reply', 'joined', 'call_answered')) AS handover_pos,
       min(t) FILTER (what = 'queued') AS first_queued_at,
       min(pos) FILTER (what = 'queued') AS first_queued_pos,
       min(t) FILTER (what IN ('joined', 'call_answered', 'abandoned') OR (been & 2 > 0 AND what IN ('reply', 'ended'))) AS left_queue_at,
       min(pos) FILTER (what IN ('joined', 'call_answered', 'abandoned') OR (been & 2 > 0 AND what IN ('reply', 'ended'))) AS left_queue_pos,
       arg_min(what, pos) FILTER (what IN ('joined', 'call_answered', 'abandoned') OR (been & 2 > 0 AND what IN ('reply', 'ended'))) IN ('abandoned', 'ended') AS abandoned,
       arg_min(said, pos) FILTER (what = 'assigned') AS first_assignee,
       arg_max(said, pos) FILTER (what = 'assigned') AS last_assignee,
       arg_min(said, pos) FILTER (what = 'team') AS first_team,
       arg_max(said, pos) FILTER (what = 'team') AS last_team,
       arg_min(said, pos) FILTER (what = 'priority') AS first_priority,
       arg_max_null(said, pos) FILTER (what = 'priority') AS last_priority,
       min(t) FILTER (what IN ('complaint', 'escalated') OR (what = 'tagged' AND said = 'complaint')) AS complaint_at
FROM ordered GROUP BY k;

-- What needs no order beyond the instant.
CREATE OR REPLACE TEMP TABLE named AS
SELECT k, any_value(conversation_id) AS conversation_id,
       coalesce(arg_max(customer_id, t), arg_min(customer_actor, t)) AS customer_id,
       arg_min(channel, t) AS opened_channel, arg_max(channel, t) AS channel
FROM {steps} GROUP BY k;

-- The statuses' clock. A step closes (a solve, a close, an outcome, an end without statuses) or is active. An
-- active step after a solve or a close reopens; after anything else that closed, the same episode goes on.
CREATE OR REPLACE TEMP TABLE standing AS
SELECT *, active AND (coalesce(solved_before, false) OR coalesce(status IN ('solved', 'closed'), false)) AS reopens,
       NOT active AND NOT coalesce(after_closing, false) AS ends_episode,
       what = 'solved' OR (what = 'closed' AND solving AND NOT coalesce(solved_before, false))
                       OR (what = 'said_solved' AND NOT coalesce(solved_before, false)) AS solves,
       NOT active AND NOT solving AND NOT coalesce(after_closing, false) AND what <> 'away' AS ends
FROM (
    SELECT *, lag(NOT active) OVER in_order AS after_closing,
           last_value(CASE WHEN active THEN false WHEN solving THEN true END IGNORE NULLS) OVER before AS solved_before,
           last_value(CASE WHEN is_status THEN t END IGNORE NULLS) OVER before AS status_since
    FROM (
        SELECT o.k, o.pos, o.t, o.what, o.actor, o.status, o.holder, o.replier,
               what IN ('new', 'open', 'pending', 'on_hold') AS active,
               what IN ('solved', 'said_solved') OR (what = 'closed' AND u.k IS NULL) AS solving,
               what IN ('new', 'open', 'pending', 'on_hold', 'solved', 'closed') AS is_status
        FROM ordered o LEFT JOIN (SELECT k FROM firsts WHERE last_said <> 'said_solved') u ON o.k = u.k AND o.what = 'closed'
        LEFT JOIN (SELECT k, left_queue_pos FROM firsts WHERE abandoned) left_ ON o.k = left_.k AND o.what = 'abandoned' AND o.pos = left_queue_pos
        WHERE (what IN ('new', 'open', 'pending', 'on_hold', 'solved', 'closed') AND what IS DISTINCT FROM status)
           OR what IN ('said_solved', 'said_unsolved', 'said_spam', 'said_duplicate', 'away')
           OR (what = 'ended' AND status IS NULL) OR (left_queue_pos IS NOT NULL AND status IS NULL))
    WINDOW in_order AS (PARTITION BY k ORDER BY pos),
           before AS (PARTITION BY k ORDER BY pos ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING));

CREATE OR REPLACE TEMP TABLE stood AS
SELECT k,
       min(t) FILTER (solves) AS first_solved_at, max(t) FILTER (solves) AS last_solve_at,
       coalesce(arg_max(solving, pos) FILTER (active OR solving), false) AS solved_at_end,
       arg_max_null(coalesce(nullif(holder, ''), replier), pos) FILTER (solves) AS agent_at_solve,
       max(t) FILTER (what = 'closed') AS closed_at,
       arg_max(what, pos) FILTER (is_status) AS status,
       max(t) FILTER (is_status) AS status_since,
       bool_or(is_status) AS has_statuses,
       bool_or(what = 'away') AS away,
       count(*) FILTER (reopens) AS reopen_count,
       count(*) FILTER (reopens AND actor = 'customer') AS reopen_by_customer_count,
       count(*) FILTER (reopens AND actor = 'agent') AS reopen_by_agent_count,
       min(t) FILTER (reopens) AS reopened_at,
       CASE WHEN NOT arg_max(active, pos) THEN max(t) FILTER (ends_episode) END AS closes_at,
       sum(t - status_since) FILTER (status = 'new' AND (is_status OR what = 'away')) AS new_us,
       sum(t - status_since) FILTER (status = 'open' AND (is_status OR what = 'away')) AS open_us,
       sum(t - status_since) FILTER (status = 'pending' AND (is_status OR what = 'away')) AS pending_us,
       sum(t - status_since) FILTER (status = 'on_hold' AND (is_status OR what = 'away')) AS on_hold_us
FROM standing GROUP BY k;

CREATE OR REPLACE TEMP TABLE stood_business AS
SELECT k,
       sum(business_until(t, b) - business_until(status_since, a)) FILTER (status = 'new') AS new_us,
       sum(business_until(t, b) - business_until(status_since, a)) FILTER (status = 'open') AS open_us,
       sum(business_until(t, b) - business_until(status_since, a)) FILTER (status = 'pending') AS pending_us,
       sum(business_until(t, b) - business_until(status_since, a)) FILTER (status = 'on_hold') AS on_hold_us
FROM standing JOIN days a ON a.number = day_of(status_since) JOIN days b ON b.number = day_of(t)
WHERE (is_status OR what = 'away') AND status IN ('new', 'open', 'pending', 'on_hold')
GROUP BY k;

-- What a reopening finds: the first message that was held since the last reply or reopening.
CREATE OR REPLACE TEMP TABLE reopenings AS
SELECT k, max(pos) FILTER (what = 'open') AS pos, min(t) FILTER (what = 'customer') AS held_since
FROM (SELECT *, count(*) FILTER (what <> 'customer') OVER (PARTITION BY k ORDER BY pos ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS run
      FROM (SELECT k, pos, t, 'open'::what AS what FROM standing WHERE reopens
            UNION ALL
            SELECT k, pos, t, if(what = 'customer', what, 'reply') FROM ordered SEMI JOIN (SELECT k FROM stood WHERE reopen_count > 0) USING (k)
            WHERE what IN ('reply', 'call_answered') OR (what = 'customer' AND (status IN ('solved', 'closed') OR (status IS NULL AND been & 4 > 0)))))
GROUP BY k, run HAVING max(pos) FILTER (what = 'open') IS NOT NULL;

-- Whose turn it is. `asks` is the moment from which a wait would run, where none runs yet.
CREATE OR REPLACE TEMP TABLE talk AS
SELECT *, CASE what
           WHEN 'customer' THEN last_customer IS NULL OR last_reply > last_customer
           WHEN 'reply' THEN first_asker IS NOT NULL AND (last_reply IS NULL OR last_customer > last_reply OR first_asker > last_reply)
           ELSE false END AS begins_turn
FROM (
    SELECT *,
           count(*) FILTER (what IN ('reply', 'solved', 'ended', 'away')) OVER before AS stretch,
           min(pos) FILTER (what IN ('opened', 'customer', 'adopt')) OVER before AS first_asker,
           max(pos) FILTER (what = 'customer') OVER before AS last_customer,
           max(pos) FILTER (what = 'reply') OVER before AS last_reply
    FROM (
        SELECT k, 0 AS pos, opened_at AS t, 'opened'::what AS what, NULL AS said, opened_at AS asks FROM firsts WHERE opener = 'customer'
        UNION ALL
        SELECT k, pos, t, if(what = 'call_answered', 'reply', what), said,
               CASE what WHEN 'customer' THEN if(status IN ('solved', 'closed') OR (status IS NULL AND been & 4 > 0), NULL, t) WHEN 'adopt' THEN since END
        FROM ordered WHERE what IN ('customer', 'reply', 'call_answered', 'adopt', 'away')
        UNION ALL
        SELECT k, pos, t, if(solves, 'solved'::what, 'ended'::what), NULL, NULL FROM standing WHERE solves OR ends
        UNION ALL
        SELECT k, pos, NULL, 'open', NULL, held_since FROM reopenings)
    WINDOW before AS (PARTITION BY k ORDER BY pos ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING));

CREATE OR REPLACE TEMP TABLE stretches AS
SELECT k, stretch,
       CASE WHEN bool_or(what = 'opened') AND min(asks) FILTER (what = 'customer') IS NOT NULL
            THEN least(min(asks) FILTER (what = 'customer'),
                       min(asks) FILTER (what = 'adopt' AND last_customer IS NOT NULL))
            ELSE least(arg_min(asks, pos), min(asks) FILTER (what = 'adopt')) END AS waiting_since,
       max(t) FILTER (what IN ('reply', 'solved', 'ended', 'away')) AS ended_at,
       CASE arg_max(what, pos) FILTER (what IN ('reply', 'solved', 'ended', 'away')) WHEN 'reply' THEN 'reply' WHEN 'solved' THEN 'solve' WHEN 'ended' THEN 'end' WHEN 'away' THEN 'merge' END AS ended_by,
       arg_max_null(said, pos) FILTER (what = 'reply') AS agent_id,
       max(pos) FILTER (what = 'reply') AS reply_pos,
       count(*) FILTER (what = 'reply' AND begins_turn) AS reply_turns,
       count(*) FILTER (what = 'customer' AND begins_turn) AS customer_turns
FROM talk GROUP BY k, stretch;

-- A wait that ended with its call or chat, and then the case was solved before anybody waited again: ended by the solve.
CREATE OR REPLACE TEMP TABLE solved_after_end AS
SELECT k, stretch FROM (
    SELECT k, stretch, waiting_since, ended_by,
           min(CASE WHEN waiting_since IS NULL AND ended_by = 'solve' THEN stretch END) OVER later AS next_solve,
           min(CASE WHEN waiting_since IS NOT NULL THEN stretch END) OVER later AS next_wait
    FROM stretches SEMI JOIN (SELECT k FROM stretches WHERE ended_by = 'end' AND waiting_since IS NOT NULL) USING (k)
    WINDOW later AS (PARTITION BY k ORDER BY stretch ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING))
WHERE ended_by = 'end' AND waiting_since IS NOT NULL AND next_solve < coalesce(next_wait, 1000000);

-- Handling: assigned and new or open; where something was picked up, from picked up to ended instead.
CREATE OR REPLACE TEMP TABLE handled AS
WITH moves AS (
    SELECT k, pos, t, what IN ('joined', 'call_answered', 'ended') AS live,
           CASE WHEN what IN ('joined', 'call_answered') THEN true
                WHEN what = 'ended' THEN false
                WHEN what = 'assigned' THEN said IS NOT NULL AND status IN ('new', 'open')
                ELSE holder <> '' AND what IN ('new', 'open') END AS busy
    FROM ordered WHERE what IN ('assigned', 'new', 'open', 'pending', 'on_hold', 'solved', 'closed', 'joined', 'call_answered', 'ended')
), spans AS (
    SELECT k, live, t, coalesce(busy, false) AS busy, lead(t) OVER (PARTITION BY k, live ORDER BY pos) AS until FROM moves
)
SELECT k, live, bool_or(until IS NULL) AS running, sum(until - t) AS us, sum(business_until(until, b) - business_until(t, a)) AS business_us
FROM spans JOIN days a ON a.number = day_of(t) LEFT JOIN days b ON b.number = day_of(until)
WHERE busy GROUP BY k, live;

CREATE OR REPLACE TEMP TABLE hands AS
SELECT k, count(*) FILTER (what = 'assigned' AND said <> before) AS handoff_count, count(*) FILTER (what = 'team' AND said <> before) AS team_change_count
FROM (SELECT k, what, said, lag(said) OVER (PARTITION BY k, what ORDER BY pos) AS before FROM ordered
      WHERE what IN ('assigned', 'team') AND said IS NOT NULL)
GROUP BY k;

CREATE OR REPLACE TEMP TABLE busiest AS
SELECT k, arg_min(said, (-n, first_pos)) AS agent
FROM (SELECT k, said, count(*) AS n, min(pos) AS first_pos
      FROM ordered SEMI JOIN (SELECT k FROM firsts WHERE one_human <> other_human) USING (k)
      WHERE what IN ('reply', 'call_answered') AND said IS NOT NULL GROUP BY k, said)
GROUP BY k;

CREATE OR REPLACE TEMP TABLE labels AS
SELECT k, list(said ORDER BY said) FILTER (last_told = 'tagged') AS tags, list(said ORDER BY said) FILTER (last_told = 'theme') AS themes
FROM (SELECT k, said, if(what = 'theme', 'theme', 'tag') AS label, arg_max(what, pos) AS last_told
      FROM ordered WHERE what IN ('tagged', 'untagged', 'theme') AND said IS NOT NULL GROUP BY ALL)
GROUP BY k;

CREATE OR REPLACE TEMP TABLE complaints AS
SELECT k, min(t) AS over_at
FROM standing JOIN (SELECT k, complaint_at FROM firsts WHERE complaint_at IS NOT NULL) USING (k)
WHERE solves AND t >= complaint_at GROUP BY k;

CREATE OR REPLACE TEMP TABLE dimensions AS
SELECT k, n.conversation_id, n.customer_id, n.channel, f.last_team AS team, coalesce(f.last_assignee, f.last_human) AS agent,
       f.last_priority AS priority, coalesce(l.tags, []) AS tags, coalesce(l.themes, []) AS themes,
       f.opened_at, coalesce(f.last_said NOT IN ('said_spam', 'said_duplicate'), true) AND f.merged_at IS NULL AS countable
FROM firsts f JOIN named n USING (k) LEFT JOIN labels l USING (k)
WHERE NOT coalesce(f.deleted, false);

COPY (
    WITH counted AS (
        SELECT k, sum(reply_turns) AS reply_count, sum(customer_turns) AS customer_turn_count FROM stretches GROUP BY k
    ), moments AS (
        SELECT f.*, d.* EXCLUDE (k, opened_at), n.opened_channel,
               s.* EXCLUDE (k), c.reply_count, c.customer_turn_count, h.handoff_count, h.team_change_count,
               CASE f.opener WHEN 'customer' THEN 'customer' WHEN 'agent' THEN 'agent' ELSE 'automation' END AS opened_by,
               CASE WHEN f.opener = 'customer' THEN f.first_human_at END AS first_reply_at,
               CASE WHEN f.first_customer_pos < coalesce(f.first_human_pos, 9e15) THEN f.first_customer_at ELSE f.opened_at END AS response_starts_at,
               CASE WHEN f.first_customer_pos < f.handover_pos AND NOT (f.opener = 'customer' AND coalesce(f.first_human_pos < f.first_customer_pos, false))
                    THEN f.first_customer_at ELSE f.opened_at END AS bot_starts_at,
               CASE WHEN s.solved_at_end THEN s.last_solve_at END AS last_solved_at,
               CASE WHEN f.left_queue_pos IS NULL OR f.first_queued_pos < f.left_queue_pos THEN f.first_queued_at ELSE f.opened_at END AS queued_at,
               coalesce(live.us, desk.us) AS handling, coalesce(live.business_us, desk.business_us) AS handling_business,
               CASE WHEN live.k IS NOT NULL THEN live.running ELSE desk.running END AS handling_runs,
               live.k IS NOT NULL AS picked_up,
               coalesce(b.agent, f.one_human) AS agent_most_replies, q.over_at,
               w.new_us AS new_business, w.open_us AS open_business, w.pending_us AS pending_business, w.on_hold_us AS on_hold_business
        FROM firsts f JOIN dimensions d USING (k) JOIN named n USING (k)
        LEFT JOIN stood s USING (k) LEFT JOIN stood_business w USING (k) LEFT JOIN counted c USING (k) LEFT JOIN hands h USING (k)
        LEFT JOIN busiest b USING (k) LEFT JOIN complaints q USING (k)
        LEFT JOIN (FROM handled WHERE live) live USING (k)
        LEFT JOIN (FROM handled WHERE NOT live) desk USING (k)
    ), human AS (
        SELECT *, CASE WHEN handover_pos <= first_human_pos THEN greatest(handover_at, response_starts_at) ELSE response_starts_at END AS human_starts_at
        FROM moments
    )
    SELECT conversation_id, 'file' AS source, make_timestamp(opened_at) AS opened_at, opened_by, countable,
           make_timestamp(greatest(ended_at, closed_at)) AS ended_at, make_timestamp(first_customer_at) AS first_customer_at,
           make_timestamp(first_reply_at) AS first_reply_at, make_timestamp(first_bot_reply_at) AS first_bot_reply_at,
           make_timestamp(handover_at) AS handover_at, make_timestamp(first_solved_at) AS first_solved_at,
           make_timestamp(last_solved_at) AS last_solved_at, status::VARCHAR AS status,
           make_timestamp(CASE WHEN NOT coalesce(away, false) THEN status_since END) AS status_since,
           substr(last_said::VARCHAR, 6) AS outcome, outcome_reason, make_timestamp(merged_at) AS merged_at,
           first_reply_at - response_starts_at AS first_response_us,
           business_until(first_reply_at, reply_day) - business_until(response_starts_at, starts_day) AS first_response_business_us,
           first_reply_at - human_starts_at AS first_response_human_us,
           business_until(first_reply_at, reply_day) - business_until(human_starts_at, human_day) AS first_response_human_business_us,
           first_solved_at - opened_at AS first_resolution_us,
           business_until(first_solved_at, solved_day) - business_until(opened_at, opened_day) AS first_resolution_business_us,
           last_solved_at - opened_at AS resolution_us,
           business_until(last_solved_at, last_day) - business_until(opened_at, opened_day) AS resolution_business_us,
           make_timestamp(complaint_at) AS complaint_at, over_at - complaint_at AS complaint_resolution_us,
           business_until(over_at, over_day) - business_until(complaint_at, complaint_day) AS complaint_resolution_business_us,
           make_timestamp(queued_at) AS queued_at, left_queue_at - queued_at AS queue_us,
           business_until(left_queue_at, left_day) - business_until(queued_at, queued_day) AS queue_business_us, abandoned,
           handover_at - bot_starts_at AS bot_us,
           business_until(handover_at, handover_day) - business_until(bot_starts_at, bot_day) AS bot_business_us,
           CASE WHEN has_statuses THEN coalesce(new_us, 0)::BIGINT END AS new_us, CASE WHEN has_statuses THEN coalesce(new_business, 0)::BIGINT END AS new_business_us,
           CASE WHEN has_statuses THEN coalesce(open_us, 0)::BIGINT END AS open_us, CASE WHEN has_statuses THEN coalesce(open_business, 0)::BIGINT END AS open_business_us,
           CASE WHEN has_statuses THEN coalesce(pending_us, 0)::BIGINT END AS pending_us, CASE WHEN has_statuses THEN coalesce(pending_business, 0)::BIGINT END AS pending_business_us,
           CASE WHEN has_statuses THEN coalesce(on_hold_us, 0)::BIGINT END AS on_hold_us, CASE WHEN has_statuses THEN coalesce(on_hold_business, 0)::BIGINT END AS on_hold_business_us,
           CASE WHEN NOT handling_runs THEN handling::BIGINT END AS handling_us, CASE WHEN NOT handling_runs THEN handling_business::BIGINT END AS handling_business_us,
           coalesce(reply_count, 0)::BIGINT AS reply_count, coalesce(customer_turn_count, 0)::BIGINT AS customer_turn_count,
           CASE WHEN channel IN ('phone', 'call', 'voice') AND call_count > 0 THEN call_count WHEN channel IN ('chat', 'live_chat') THEN greatest(end_count, 1)
                ELSE greatest(coalesce(reply_count, 0)::BIGINT, call_count) END AS contact_count,
           coalesce(reopen_count, 0) AS reopen_count, coalesce(reopen_by_customer_count, 0) AS reopen_by_customer_count,
           coalesce(reopen_by_agent_count, 0) AS reopen_by_agent_count,
           coalesce(reopen_count - reopen_by_customer_count - reopen_by_agent_count, 0) AS reopen_by_automation_count,
           make_timestamp(reopened_at) AS reopened_at, coalesce(handoff_count, 0) AS handoff_count, coalesce(team_change_count, 0) AS team_change_count,
           bot_met, human_met, handover_at IS NOT NULL AS handed_over, NULL::TIMESTAMP AS reviewed_at,
           CASE WHEN opener = 'customer' THEN first_human END AS agent_at_first_reply, agent_at_solve, NULL::VARCHAR AS agent_at_survey, agent_most_replies,
           opened_channel, first_team AS opened_team, first_assignee AS opened_agent, first_priority AS opened_priority,
           customer_id, channel, team, agent, priority, tags, themes
    FROM human
    LEFT JOIN days reply_day ON reply_day.number = day_of(first_reply_at)
    LEFT JOIN days starts_day ON starts_day.number = day_of(response_starts_at)
    LEFT JOIN days human_day ON human_day.number = day_of(human_starts_at)
    LEFT JOIN days solved_day ON solved_day.number = day_of(first_solved_at)
    LEFT JOIN days opened_day ON opened_day.number = day_of(opened_at)
    LEFT JOIN days last_day ON last_day.number = day_of(last_solved_at)
    LEFT JOIN days complaint_day ON complaint_day.number = day_of(complaint_at)
    LEFT JOIN days over_day ON over_day.number = day_of(over_at)
    LEFT JOIN days queued_day ON queued_day.number = day_of(queued_at)
    LEFT JOIN days left_day ON left_day.number = day_of(left_queue_at)
    LEFT JOIN days bot_day ON bot_day.number = day_of(bot_starts_at)
    LEFT JOIN days handover_day ON handover_day.number = day_of(handover_at)
) TO '{out}/conversations/{part}.parquet' (FORMAT parquet);

COPY (
    SELECT conversation_id, make_timestamp(e.opens_at) AS opens_at, e.opened_by, make_timestamp(e.closes_at) AS closes_at,
           make_timestamp(opened_at) AS case_opened_at, countable, customer_id, channel, team, agent, priority, tags, themes
    FROM (
        SELECT k, f.opened_at AS opens_at, 'first' AS opened_by, s.closes_at FROM firsts f LEFT JOIN stood s USING (k)
        WHERE coalesce(s.reopen_count, 0) = 0
        UNION ALL
        SELECT k, CASE WHEN episode = 0 THEN any_value(opened_at) ELSE min(t) FILTER (reopens) END,
               CASE WHEN episode = 0 THEN 'first' ELSE max(CASE WHEN NOT reopens THEN NULL WHEN actor IN ('customer', 'agent') THEN actor::VARCHAR ELSE 'automation' END) END,
               CASE WHEN NOT arg_max(active, pos) THEN max(t) FILTER (ends_episode) END
        FROM (SELECT *, count(*) FILTER (reopens) OVER (PARTITION BY k ORDER BY pos ROWS UNBOUNDED PRECEDING) AS episode
              FROM standing JOIN (SELECT k, opened_at FROM firsts JOIN stood USING (k) WHERE reopen_count > 0) USING (k))
        GROUP BY k, episode
    ) e JOIN dimensions USING (k)
) TO '{out}/episodes/{part}.parquet' (FORMAT parquet);

COPY (
    SELECT conversation_id, make_timestamp(waiting_since) AS waiting_since, make_timestamp(ended_at) AS ended_at,
           if(e.k IS NULL, ended_by, 'solve') AS ended_by,
           ended_at - waiting_since AS wait_us, business_until(ended_at, b) - business_until(waiting_since, a) AS wait_business_us,
           customer_id, channel, team, agent, priority, tags, themes
    FROM stretches s JOIN dimensions USING (k) LEFT JOIN solved_after_end e ON e.k = s.k AND e.stretch = s.stretch
    JOIN days a ON a.number = day_of(waiting_since) LEFT JOIN days b ON b.number = day_of(ended_at)
    WHERE waiting_since IS NOT NULL
) TO '{out}/waits/{part}.parquet' (FORMAT parquet);

COPY (
    SELECT conversation_id, make_timestamp(ended_at) AS replied_at, make_timestamp(waiting_since) AS waiting_since,
           ended_at - waiting_since AS wait_us, business_until(ended_at, b) - business_until(waiting_since, a) AS wait_business_us,
           agent_id, opener = 'customer' AND reply_pos = first_human_pos AS is_first, turn_index,
           customer_id, channel, team, agent_id AS agent, priority, tags, themes
    FROM (SELECT *, (sum(reply_turns) OVER (PARTITION BY k ORDER BY stretch))::BIGINT AS turn_index FROM stretches WHERE ended_by = 'reply')
    JOIN dimensions USING (k) JOIN (SELECT k, opener, first_human_pos FROM firsts) USING (k)
    JOIN days a ON a.number = day_of(waiting_since) JOIN days b ON b.number = day_of(ended_at)
    WHERE waiting_since IS NOT NULL
) TO '{out}/replies/{part}.parquet' (FORMAT parquet);
