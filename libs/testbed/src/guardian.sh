# Runs a PostgreSQL server while its standard input is open; then stops the server and deletes the
# folder. The kernel closes that pipe when the test process ends, for any reason.
# Arguments: the folder, the folder of PostgreSQL's programs, options of the server, and optionally a port,
# on which the server also listens on loopback: with TLS only (`server.crt`), or without if the next argument
# is `plain`; if that is the address of another server, this one is its standby. Prints `ready` when the server
# accepts connections.
set -eu
folder=$1 programs=$2 options=$3 port=${4:-} kind=${5:-${4:+tls}}

# Only the end of the pipe stops this script.
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
    # PostgreSQL refuses to run as root.
    if [ "$(id -u)" = 0 ]; then
        runuser -u postgres -- "$program" "$@" </dev/null >>log 2>&1
    else
        "$program" "$@" </dev/null >>log 2>&1
    fi
}

# Self-signed, for the name localhost.
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -subj /CN=localhost -addext subjectAltName=DNS:localhost \
        -addext basicConstraints=critical,CA:FALSE -keyout server.key -out server.crt >>log 2>&1
    chmod 600 server.key
}

cd "$folder"
[ "$kind" != tls ] || certificate
[ "$(id -u)" != 0 ] || chown -R postgres .
case $kind in
'' | tls | plain)
    # Small segments, because tests of a loss of power copy one with each commit.
    [ "$kind" = plain ] && segments=--wal-segsize=1 || segments=
    run initdb -D data -U postgres --auth=trust --locale=C --encoding=UTF8 --no-sync $segments
    ;;
*) run pg_basebackup -D data -R -c fast --no-sync -d "$kind" ;;
esac
if [ "$kind" = tls ]; then
    printf 'local all all trust\nhostssl all all 127.0.0.1/32 trust\n' >data/pg_hba.conf
    tls="-c ssl=on -c ssl_cert_file='$folder/server.crt' -c ssl_key_file='$folder/server.key'"
fi
# pg_ctl passes the options to a shell, so they must be on one line.
run pg_ctl start -D data -l log -w -t 30 -o "-k '$folder' -p ${port:-5432} ${tls:-} \
    -c listen_addresses=${port:+127.0.0.1} -c max_connections=500 $options"
echo ready
read -r _ || true
