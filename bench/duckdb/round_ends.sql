-- The wait that was open at the merge goes on in the target, from the same moment.
INSERT INTO tangled BY NAME
SELECT l.into_k AS k, l.into_name AS conversation_id, l.merged_at AS t, l.merged_at * 32 AS place, '' AS external_id,
       'adopt'::what AS what, 'system'::actors AS actor, s.waiting_since AS since
FROM stretches s JOIN leaving l USING (k) WHERE l.arrives AND s.ended_by = 'merge' AND s.waiting_since IS NOT NULL;
