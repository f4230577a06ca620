-- One database a service, which belongs to a role of its name that is no superuser and may connect to no
-- other. Each service makes its own tables. Runs when the volume of the database is made, and may be run again:
-- by hand on a volume of an earlier release, whose tables then pass to the roles (docs/operations.md).
\set ON_ERROR_STOP on
\set password_ingest `cat /run/secrets/database-password-ingest`
\set password_clean `cat /run/secrets/database-password-clean`
\set password_train `cat /run/secrets/database-password-train`

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['loramill_ingest', 'loramill_clean', 'loramill_train']) AS name
WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE loramill_ingest LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password_ingest';
ALTER ROLE loramill_clean LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password_clean';
ALTER ROLE loramill_train LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password_train';

SELECT format('CREATE DATABASE %I', name)
FROM unnest(ARRAY['loramill_ingest', 'loramill_clean', 'loramill_train']) AS name
WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = name) \gexec
SELECT format('ALTER DATABASE %I OWNER TO %I', name, name)
FROM unnest(ARRAY['loramill_ingest', 'loramill_clean', 'loramill_train']) AS name \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', name)
FROM unnest(ARRAY['loramill_ingest', 'loramill_clean', 'loramill_train', 'postgres', 'template1']) AS name \gexec

\set tables_of_others 'SELECT format(''ALTER %s %s OWNER TO %I'', CASE c.relkind WHEN ''v'' THEN ''VIEW'' WHEN ''m'' THEN ''MATERIALIZED VIEW'' WHEN ''S'' THEN ''SEQUENCE'' ELSE ''TABLE'' END, c.oid::regclass, current_database()) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ''public'' AND c.relkind IN (''r'', ''p'', ''v'', ''m'', ''S'') AND c.relowner <> current_database()::regrole AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = ''pg_class''::regclass AND d.objid = c.oid AND c.relkind = ''S'' AND d.deptype IN (''a'', ''i''))'
\connect loramill_ingest
:tables_of_others \gexec
\connect loramill_clean
:tables_of_others \gexec
\connect loramill_train
:tables_of_others \gexec
