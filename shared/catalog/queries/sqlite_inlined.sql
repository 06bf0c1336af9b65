-- After sqlite_page.sql: which tables hold inlined rows and inlined deletes of the page's tables.
SELECT json_group_array(json_array(table_id, table_name)) FROM inlined
