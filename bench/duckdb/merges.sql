-- Conversations that were merged, or into which one was, are set apart: they fold in rounds. The rest is `alone`.
CREATE OR REPLACE TEMP TABLE merging AS
SELECT k, CASE WHEN target <> conversation_id THEN hash(target) END AS into_k FROM told WHERE kind = 'merged';
CREATE OR REPLACE TEMP TABLE involved AS SELECT k FROM merging UNION SELECT into_k FROM merging WHERE into_k IS NOT NULL;
CREATE OR REPLACE VIEW told_alone AS FROM told ANTI JOIN involved USING (k);
CREATE OR REPLACE VIEW told_involved AS FROM told SEMI JOIN involved USING (k);
CREATE OR REPLACE VIEW alone AS FROM steps_of('told_alone');
CREATE OR REPLACE TEMP TABLE tangled AS FROM steps_of('told_involved');
CREATE OR REPLACE TEMP TABLE remaining AS SELECT DISTINCT k, conversation_id FROM tangled;
