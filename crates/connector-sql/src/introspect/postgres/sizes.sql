SELECT row_to_json(found)::text FROM (
    SELECT n.nspname AS schema, c.relname AS name,
        -- of a partitioned table its parts count; -1 stands for never counted
        CASE WHEN c.relkind = 'p' THEN (
            SELECT sum(greatest(part.reltuples, 0))::bigint FROM pg_partition_tree(c.oid) AS tree
            JOIN pg_catalog.pg_class part ON part.oid = tree.relid AND part.relkind <> 'p'
        ) WHEN c.reltuples >= 0 THEN c.reltuples::bigint END AS rows,
        (SELECT coalesce(json_agg((
            SELECT json_agg(a.attname ORDER BY k.position) FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k (number, position)
            LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
            WHERE k.position <= x.indnkeyatts
        )), '[]') FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
            JOIN pg_catalog.pg_am m ON m.oid = i.relam AND m.amname = 'btree'
            WHERE x.indrelid = c.oid AND x.indisvalid AND x.indpred IS NULL) AS indexes
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition
        AND (n.nspname IN (SELECT jsonb_array_elements_text($1::jsonb))
            OR jsonb_array_length($1::jsonb) = 0 AND n.nspname = ANY (current_schemas(false)))
) AS found
