WITH RECURSIVE wanted AS (
    SELECT name FROM jsonb_array_elements_text($1::jsonb) AS given (name)
    UNION ALL
    SELECT name::text FROM unnest(current_schemas(false)) AS path (name) WHERE jsonb_array_length($1::jsonb) = 0
), base (id, ending, typmod, required, domains) AS (
    -- a domain is what lies at its bottom, with the length and NOT NULL found on the way
    SELECT oid, oid, -1, false, ARRAY[]::oid[] FROM pg_catalog.pg_type WHERE typtype <> 'd'
    UNION ALL
    SELECT t.oid, b.ending, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE b.typmod END, t.typnotnull OR b.required,
        b.domains || t.oid
    FROM pg_catalog.pg_type t JOIN base b ON t.typtype = 'd' AND b.id = t.typbasetype
)
SELECT row_to_json(found)::text FROM (
    SELECT a.attrelid::bigint AS "table", a.attnum AS number, a.attname AS name,
        NOT (a.attnotnull OR b.required) AS nullable,
        a.atthasdef AND a.attgenerated = '' AS has_default,
        a.attgenerated <> '' AS generated,
        a.attidentity <> '' OR coalesce(pg_get_expr(f.adbin, f.adrelid) LIKE 'nextval(%', false) AS counted,
        col_description(a.attrelid, a.attnum) AS comment,
        e.typname AS type, e.typtype AS form, e.typcategory AS category,
        CASE WHEN e.typcategory = 'A' THEN i.typname END AS element,
        CASE WHEN e.typcategory = 'A' THEN i.typcategory END AS element_category,
        CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE b.typmod END AS typmod,
        CASE WHEN tn.nspname = 'pg_catalog' THEN format_type(a.atttypid, -1)
            ELSE quote_ident(tn.nspname) || '.' || quote_ident(t.typname) END AS "cast",
        CASE WHEN tn.nspname = 'pg_catalog' THEN format_type(a.atttypid, a.atttypmod)
            ELSE quote_ident(tn.nspname) || '.' || quote_ident(t.typname) END AS declared,
        (SELECT json_agg(l.enumlabel ORDER BY l.enumsortorder) FROM pg_catalog.pg_enum l
            WHERE l.enumtypid IN (e.oid, CASE WHEN e.typcategory = 'A' THEN i.oid END)) AS labels,
        coalesce(o.collisdeterministic, true) AS deterministic,
        (SELECT json_agg(pg_get_constraintdef(k.oid) ORDER BY k.conname) FROM pg_catalog.pg_constraint k
            WHERE k.contypid = ANY (b.domains) AND k.contype = 'c' AND k.convalidated) AS checks,
        EXISTS (SELECT FROM pg_catalog.pg_opclass p JOIN pg_catalog.pg_am m ON m.oid = p.opcmethod
            WHERE m.amname = 'btree' AND p.opcdefault AND p.opcintype = e.oid) AS ordered
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname IN (SELECT name FROM wanted)
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
    JOIN base b ON b.id = t.oid
    JOIN pg_catalog.pg_type e ON e.oid = b.ending
    LEFT JOIN pg_catalog.pg_type i ON i.oid = e.typelem
    LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
    LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation
    WHERE a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
    ORDER BY a.attrelid, a.attnum
) AS found
