# Runs a PostgreSQL server for as long as its standard input is open: then it stops the server and
# deletes the folder. The kernel closes that pipe however the process at its other end dies.
# Arguments: the folder, and where PostgreSQL's programs are. Says `ready` when the server is.
set -eu
folder=$1 programs=$2

# Only the end of the pipe ends this script.
trap '' HUP INT PIPE TERM

cleanup() {
    run pg_ctl stop -D data -m immediate || true
    cd /
    rm -rf "$folder"
}
trap cleanup EXIT

run() {
    program=$programs/$1
    shift
    # PostgreSQL refuses to work for root.
    if [ "$(id -u)" = 0 ]; then
        runuser -u postgres -- "$program" "$@" </dev/null >>log 2>&1
    else
        "$program" "$@" </dev/null >>log 2>&1
    fi
}

cd "$folder"
[ "$(id -u)" != 0 ] || chown -R postgres .
run initdb -D data -U postgres --auth=trust --locale=C --encoding=UTF8 --no-sync
run pg_ctl start -D data -l log -w -t 30 -o "-k '$folder' -p 5432 -c listen_addresses=
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=500"
echo ready
read -r _ || true
