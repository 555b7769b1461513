-- Makes what one service needs of a PostgreSQL 15 or newer: an owner, who migrates; a serving role,
-- who may connect and do nothing until `migrate --serving-role` lets it; and the database. For psql,
-- once a service, as a role that may create roles and databases:
--
--   psql --set=service=ordering --set=owner_password=… --set=serving_password=… --file=roles.sql

\set ON_ERROR_STOP on
\set owner :service _owner

CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE ROLE :"service" LOGIN PASSWORD :'serving_password';
GRANT :"owner" TO CURRENT_USER;
CREATE DATABASE :"service" OWNER :"owner";

-- Nobody connects but these two. The schema `public` belongs to the owner of its database.
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"service";
\connect :"service"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
