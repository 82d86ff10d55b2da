WITH RECURSIVE base (id, ending, typmod) AS (
    -- a domain is what lies at its bottom
    SELECT oid, oid, -1 FROM pg_catalog.pg_type WHERE typtype <> 'd'
    UNION ALL
    SELECT t.oid, b.ending, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE b.typmod END
    FROM pg_catalog.pg_type t JOIN base b ON t.typtype = 'd' AND b.id = t.typbasetype
)
SELECT row_to_json(found)::text FROM (
    SELECT t.oid::bigint AS id, e.typname AS type, e.typcategory AS category, e.typtype AS form, b.typmod,
        CASE WHEN e.typcategory = 'A' THEN i.typname END AS element,
        CASE WHEN e.typcategory = 'A' THEN i.typcategory END AS element_category,
        CASE WHEN tn.nspname = 'pg_catalog' THEN format_type(t.oid, -1)
            ELSE quote_ident(tn.nspname) || '.' || quote_ident(t.typname) END AS "cast",
        (SELECT json_agg(l.enumlabel ORDER BY l.enumsortorder) FROM pg_catalog.pg_enum l
            WHERE l.enumtypid IN (e.oid, CASE WHEN e.typcategory = 'A' THEN i.oid END)) AS labels
    FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
    JOIN base b ON b.id = t.oid
    JOIN pg_catalog.pg_type e ON e.oid = b.ending
    LEFT JOIN pg_catalog.pg_type i ON i.oid = e.typelem
    WHERE t.oid IN (SELECT jsonb_array_elements_text($1::jsonb)::oid)
) AS found
