SELECT row_to_json(found)::text FROM (
    SELECT n.nspname AS schema, p.proname AS name, p.prokind AS kind, p.provolatile AS volatility, p.proretset AS rows,
        r.typname = 'void' AS void, r.typtype = 'c' OR r.typname = 'record' AS composite, p.provariadic <> 0 AS variadic,
        p.pronargs AS given, p.pronargdefaults AS defaults, obj_description(p.oid, 'pg_proc') AS comment,
        has_function_privilege(p.oid, 'EXECUTE') AND has_schema_privilege(n.oid, 'USAGE') AS executable,
        (SELECT coalesce(json_agg(json_build_object(
                'name', coalesce(p.proargnames[a.at], ''), 'mode', coalesce(p.proargmodes[a.at], 'i'), 'type', a.id::bigint
            ) ORDER BY a.at), '[]')
            FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS a (id, at)) AS arguments
    FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    JOIN pg_catalog.pg_type r ON r.oid = p.prorettype
    WHERE p.proname = $2 AND CASE WHEN $3 <> '' THEN n.nspname = $3
        ELSE n.nspname IN (SELECT jsonb_array_elements_text($1::jsonb)) OR n.nspname = ANY (current_schemas(false)) END
    ORDER BY n.nspname
) AS found
