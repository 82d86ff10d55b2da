WITH RECURSIVE wanted AS (
    SELECT name, position FROM jsonb_array_elements_text($1::jsonb) WITH ORDINALITY AS given (name, position)
    UNION ALL
    SELECT name::text, position FROM unnest(current_schemas(false)) WITH ORDINALITY AS path (name, position)
    WHERE jsonb_array_length($1::jsonb) = 0
), reached (view, relation) AS (
    -- what a view shows, through any other views
    SELECT c.oid, c.oid FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'v' AND n.nspname IN (SELECT name FROM wanted)
    UNION
    SELECT r.view, d.refobjid FROM reached r
    JOIN pg_catalog.pg_rewrite w ON w.ev_class = r.relation
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid
        AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> r.relation
), unsecured (view) AS (
    -- a view asks as its owner, unless it says otherwise
    SELECT r.view FROM reached r JOIN pg_catalog.pg_class k ON k.oid = r.relation
    WHERE NOT CASE WHEN k.relkind = 'v' THEN EXISTS (
            SELECT FROM pg_catalog.pg_options_to_table(k.reloptions)
            WHERE option_name = 'security_invoker' AND option_value IN ('true', 'on', 'yes', '1'))
        ELSE row_security_active(k.oid) END
)
SELECT row_to_json(found)::text FROM (
    SELECT c.oid::bigint AS id, n.nspname AS schema, c.relname AS name, c.relkind IN ('v', 'm', 'f') AS view,
        obj_description(c.oid, 'pg_class') AS comment, w.position,
        has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') AS selectable,
        has_table_privilege(c.oid, 'INSERT') AS insertable,
        has_table_privilege(c.oid, 'UPDATE') AS updatable,
        has_table_privilege(c.oid, 'DELETE') AS deletable,
        c.relrowsecurity AS enabled,
        row_security_active(c.oid) OR c.relkind = 'v' AND c.oid NOT IN (SELECT view FROM unsecured) AS secured
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN wanted w ON w.name = n.nspname
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
        -- what an extension brought along is not the application's
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend d
            WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
        )
) AS found
