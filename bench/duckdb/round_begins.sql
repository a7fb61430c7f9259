-- Free is who gets nothing more: no remaining conversation merges into it (in a circle, the first by name).
CREATE OR REPLACE TEMP TABLE goes AS
SELECT k, arg_max_null(into_k, (place, external_id)) AS into_k, max((place, external_id)) AS from_place, max(t) AS merged_at
FROM tangled SEMI JOIN remaining USING (k) WHERE what = 'merged' GROUP BY k;

CREATE OR REPLACE TEMP TABLE free AS
SELECT k, conversation_id FROM remaining WHERE k NOT IN (SELECT into_k FROM goes WHERE into_k IS NOT NULL);
INSERT INTO free
SELECT k, conversation_id FROM remaining WHERE NOT EXISTS (FROM free) ORDER BY conversation_id LIMIT 1;

DELETE FROM remaining WHERE k IN (SELECT k FROM free);
CREATE OR REPLACE TEMP TABLE leaving AS SELECT g.*, r.conversation_id AS into_name, r.k IS NOT NULL AS arrives
FROM goes g SEMI JOIN free USING (k) LEFT JOIN remaining r ON r.k = g.into_k;

-- Messages after the merge, and waits that arrive after it, move, or are set aside where nobody is to take them; of the
-- rest only a deletion still counts.
UPDATE tangled SET k = l.into_k, conversation_id = l.into_name, into_k = NULL
FROM leaving l WHERE tangled.k = l.k AND l.arrives AND (tangled.place, tangled.external_id) > l.from_place
                 AND (is_message OR what = 'adopt');
DELETE FROM tangled USING leaving l
WHERE tangled.k = l.k AND (tangled.place, tangled.external_id) > l.from_place AND what NOT IN ('deleted', 'restored');

CREATE OR REPLACE TEMP TABLE free_steps AS
SELECT tangled.* FROM tangled SEMI JOIN free USING (k)
UNION ALL BY NAME
SELECT l.k, f.conversation_id, l.merged_at AS t, 9223372036854775807 AS place, '' AS external_id, 'away'::what AS what, 'system'::actors AS actor
FROM leaving l JOIN free f USING (k);
