/* Preloaded into a program, copies each file below UNSYNCED_ROOT to UNSYNCED_SHADOW when the program syncs it,
 * and each directory's names when it syncs the directory. So the shadow is what a loss of power leaves if the
 * disk has written nothing but what it had to. `data` has the contents by inode and time of birth, because
 * inodes are used again; `tree` has a file with that key for each name. Locks serialize the copies of a file,
 * or an older one could replace a newer one. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Room for the longest paths of the tests; a longer one ends the program. */
typedef char path_t[2 * PATH_MAX];

static void fail(const char *what, const char *name) {
    fprintf(stderr, "unsynced: %s %s: %s\n", what, name, strerror(errno));
    abort();
}

#define FORMAT(into, ...) \
    do { \
        if (snprintf(into, sizeof into, __VA_ARGS__) >= (int)sizeof into) fail("path too long", into); \
    } while (0)

static void key_of(int at, const char *name, int flags, char *key, size_t size) {
    struct statx file;
    if (statx(at, name, flags, STATX_INO | STATX_BTIME, &file) != 0) {
        key[0] = 0; /* Removed in the meantime. */
        return;
    }
    snprintf(key, size, "%llu-%lld-%09u", (unsigned long long)file.stx_ino, (long long)file.stx_btime.tv_sec,
             file.stx_btime.tv_nsec);
}

static void make_folders(const char *path) {
    path_t folder;
    FORMAT(folder, "%s", path);
    for (char *at = folder + 1; (at = strchr(at, '/')); at++) {
        *at = 0;
        mkdir(folder, 0777);
        *at = '/';
    }
}

static int lock(const char *shadow, const char *key) {
    path_t path;
    FORMAT(path, "%s/locks/%s", shadow, key);
    make_folders(path);
    int held = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    if (held < 0 || flock(held, LOCK_EX) != 0) fail("lock", path);
    return held;
}

/* Puts a new file in place of an old one, so that a kill leaves one of both. */
static int begin(const char *shadow, path_t into) {
    FORMAT(*(path_t *)into, "%s/new-%ld-%d", shadow, (long)syscall(SYS_gettid), rand());
    int file = open(into, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666);
    if (file < 0) fail("create", into);
    return file;
}

static void put_name(const char *shadow, const char *name, const char *key) {
    path_t place, temporary;
    FORMAT(place, "%s/tree%s", shadow, name);
    make_folders(place);
    int file = begin(shadow, temporary);
    if (write(file, key, strlen(key)) < 0) fail("write", temporary);
    close(file);
    if (rename(temporary, place) != 0) fail("rename", place);
}

static void copy(int from, const char *shadow, const char *key) {
    path_t place, temporary;
    char buffer[1 << 16];
    FORMAT(place, "%s/data/%s", shadow, key);
    make_folders(place);
    int into = begin(shadow, temporary);
    ssize_t count;
    for (off_t at = 0; (count = pread(from, buffer, sizeof buffer, at)) > 0; at += count)
        if (write(into, buffer, count) != count) fail("write", temporary);
    if (count < 0) fail("read", key);
    close(into);
    if (rename(temporary, place) != 0) fail("rename", place);
}

static void remove_name(const char *path) {
    DIR *folder = opendir(path);
    if (!folder) {
        unlink(path);
        return;
    }
    for (struct dirent *each; (each = readdir(folder));) {
        if (!strcmp(each->d_name, ".") || !strcmp(each->d_name, "..")) continue;
        path_t inner;
        FORMAT(inner, "%s/%s", path, each->d_name);
        remove_name(inner);
    }
    closedir(folder);
    rmdir(path);
}

static void copy_names(int fd, const char *shadow, const char *name) {
    path_t place;
    FORMAT(place, "%s/tree%s/", shadow, name);
    make_folders(place);
    DIR *gone = opendir(place);
    for (struct dirent *each; gone && (each = readdir(gone));) {
        struct stat file;
        path_t inner;
        FORMAT(inner, "%s%s", place, each->d_name);
        if (fstatat(fd, each->d_name, &file, AT_SYMLINK_NOFOLLOW) != 0) remove_name(inner);
    }
    if (gone) closedir(gone);
    DIR *now = fdopendir(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (struct dirent *each; now && (each = readdir(now));) {
        if (!strcmp(each->d_name, ".") || !strcmp(each->d_name, "..")) continue;
        path_t inner;
        FORMAT(inner, "%s/%s", name, each->d_name);
        char key[80];
        key_of(fd, each->d_name, AT_SYMLINK_NOFOLLOW, key, sizeof key);
        if (each->d_type == DT_DIR) {
            FORMAT(inner, "%s/tree%s/%s/", shadow, name, each->d_name);
            make_folders(inner);
        } else if (each->d_type == DT_REG && key[0]) {
            put_name(shadow, inner, key);
        }
    }
    if (now) closedir(now);
}

static void record(int fd) {
    const char *root = getenv("UNSYNCED_ROOT"), *shadow = getenv("UNSYNCED_SHADOW");
    char link[64], key[80];
    path_t name;
    struct stat file;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (!root || !shadow || length < 0 || fstat(fd, &file) != 0) return;
    name[length] = 0;
    size_t prefix = strlen(root);
    if (strncmp(name, root, prefix) || (name[prefix] != '/' && name[prefix])) return;
    const char *relative = name + prefix;
    key_of(fd, "", AT_EMPTY_PATH, key, sizeof key);
    int held = lock(shadow, key);
    if (S_ISDIR(file.st_mode)) {
        copy_names(fd, shadow, relative);
    } else if (S_ISREG(file.st_mode)) {
        /* Not by a new descriptor if possible: closing one would release SQLite's locks. */
        int other = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY ? open(link, O_RDONLY | O_CLOEXEC) : fd;
        copy(other, shadow, key);
        if (other != fd) close(other);
        /* A file system that journals its names stores the name of a new file with the file. */
        if (file.st_nlink > 0) put_name(shadow, relative, key);
    }
    close(held);
}

static int synced(int fd, long call) {
    int result = syscall(call, fd);
    int error = errno;
    if (result == 0) record(fd);
    errno = error;
    return result;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }
