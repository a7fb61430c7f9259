-- Fold B, as far as events feed it: each conversation with the customer's next one.
COPY (
    SELECT conversation_id, opened_at, opened_by, first_solved_at, reopened_at, outcome, countable, bot_met, human_met,
           CASE WHEN customer_id IS NOT NULL THEN row_number() OVER (PARTITION BY customer_id ORDER BY opened_at, conversation_id) END AS contact_index,
           CASE WHEN customer_id IS NOT NULL THEN min(came_at) OVER (PARTITION BY customer_id ORDER BY epoch_us(opened_at) RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) END AS next_contact_at,
           CASE WHEN customer_id IS NOT NULL THEN min(came_at) OVER (PARTITION BY customer_id, channel ORDER BY epoch_us(opened_at) RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) END AS next_contact_same_channel_at,
           customer_id, channel, team, agent, priority, tags, themes
    FROM (SELECT *, CASE WHEN opened_by = 'customer' AND outcome IS DISTINCT FROM 'spam' THEN opened_at END AS came_at
          FROM read_parquet('{out}/conversations/*.parquet'))
) TO '{out}/contacts/all.parquet' (FORMAT parquet);
