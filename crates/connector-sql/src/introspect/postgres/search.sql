SELECT row_to_json(row)::text FROM (
    SELECT n.nspname AS schema, c.relname AS name, found.expression, found.made_by,
        (SELECT coalesce(json_agg(a.attname), '[]') FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum = ANY (found.columns)) AS columns
    FROM (
        -- columns of searchable text, and what makes them where the database does
        SELECT a.attrelid AS "table", NULL AS expression, pg_get_expr(f.adbin, f.adrelid) AS made_by,
            ARRAY[a.attnum::int] AS columns
        FROM pg_catalog.pg_attribute a
        LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum AND a.attgenerated <> ''
        WHERE a.atttypid = 'pg_catalog.tsvector'::regtype AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        -- indexes on such text, and which columns it is made of
        SELECT x.indrelid, pg_get_expr(x.indexprs, x.indrelid), pg_get_expr(x.indexprs, x.indrelid),
            ARRAY(SELECT DISTINCT d.refobjsubid FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = x.indexrelid
                    AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = x.indrelid AND d.refobjsubid > 0)
        FROM pg_catalog.pg_index x
        JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
        JOIN pg_catalog.pg_am m ON m.oid = i.relam AND m.amname IN ('gin', 'gist')
        JOIN pg_catalog.pg_opclass o ON o.oid = x.indclass[0] AND o.opcintype = 'pg_catalog.tsvector'::regtype
        WHERE x.indexprs IS NOT NULL AND x.indnatts = 1 AND x.indpred IS NULL AND x.indisvalid
    ) AS found
    JOIN pg_catalog.pg_class c ON c.oid = found."table" AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    ORDER BY found.expression IS NOT NULL, found.expression, found.columns
) AS row
