# The postgres image runs this once, when its data folder is empty.
set -eu
for service in onboarding relationship ordering; do
    psql --username postgres --dbname postgres --set=service="$service" \
        --set=owner_password="$(cat "/roles/${service}_owner")" \
        --set=serving_password="$(cat "/roles/$service")" \
        --file=/sql/roles.sql
done
