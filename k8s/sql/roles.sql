-- Creates what one service needs in PostgreSQL 15 or newer: an owner role, which migrates; a serving role, which may
-- only connect until `migrate --serving-role` grants it more; and the database. Run it with psql once per service, as a
-- role that may create roles and databases:
--
--   psql --set=service=ordering --set=owner_password=… --set=serving_password=… --file=roles.sql

\set ON_ERROR_STOP on
\set owner :service _owner

CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE ROLE :"service" LOGIN PASSWORD :'serving_password';
GRANT :"owner" TO CURRENT_USER;
CREATE DATABASE :"service" OWNER :"owner";

-- Only these two roles may connect. The schema `public` belongs to the owner of its database.
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"service";
\connect :"service"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
