SELECT row_to_json(found)::text FROM (
    SELECT k.conrelid::bigint AS "table", k.conname AS name, k.contype AS kind,
        coalesce(to_json(k.conkey), '[]') AS columns, k.confrelid::bigint AS parent,
        coalesce(to_json(k.confkey), '[]') AS targets, k.confdeltype AS on_delete,
        CASE WHEN k.contype = 'c' AND k.convalidated THEN pg_get_constraintdef(k.oid) END AS definition
    FROM pg_catalog.pg_constraint k
    -- foreign keys from elsewhere count too: what they take along must not go unseen
    JOIN pg_catalog.pg_class c ON c.oid = CASE k.contype WHEN 'f' THEN k.confrelid ELSE k.conrelid END
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    -- a foreign key to a partitioned table has one more for each partition
    WHERE k.contype IN ('c', 'f') AND k.conparentid = 0
        AND (n.nspname IN (SELECT jsonb_array_elements_text($1::jsonb))
            OR jsonb_array_length($1::jsonb) = 0 AND n.nspname = ANY (current_schemas(false)))
    ORDER BY k.conrelid, k.conname
) AS found
