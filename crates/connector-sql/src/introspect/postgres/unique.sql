SELECT row_to_json(found)::text FROM (
    SELECT x.indrelid::bigint AS "table", i.relname AS name, x.indisprimary AS "primary",
        (SELECT json_agg(k.number ORDER BY k.position)
            FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k (number, position)
            WHERE k.position <= x.indnkeyatts) AS columns
    FROM pg_catalog.pg_index x
    JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
    JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    -- an index of a table does not reach into tables that inherit from it, and its rows are shown with theirs
    WHERE (c.relkind = 'p' OR NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhparent = c.oid))
        AND x.indisunique AND x.indisvalid AND x.indpred IS NULL AND x.indexprs IS NULL
        AND (n.nspname IN (SELECT jsonb_array_elements_text($1::jsonb))
            OR jsonb_array_length($1::jsonb) = 0 AND n.nspname = ANY (current_schemas(false)))
    ORDER BY x.indrelid, i.relname
) AS found
