SELECT table_schema, table_name, index_name, column_name FROM information_schema.statistics
WHERE index_type = 'FULLTEXT' AND column_name IS NOT NULL
    AND table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
ORDER BY table_schema, table_name, index_name, seq_in_index
