/* Preloaded: counts what a process does to files under one folder, writes it down, and breaks the call it is
 * told to: with an error number, with half a transfer, or by killing the process in front of it. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { HALF = -1, KILL = -2 };

static char root[PATH_MAX];
static atomic_int calls;
static int target, how, book = -1;

/* What is called from Python in the child that is to suffer: the folder, the number of the call (0: none), an
 * error number or one of the two above, and a file for the list of calls ("": none). */
void shim_arm(const char *folder, int number, int what, const char *list) {
    target = number;
    how = what;
    atomic_store(&calls, 0);
    if (*list) book = syscall(SYS_openat, AT_FDCWD, list, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    snprintf(root, sizeof root, "%s/", folder);
}

/* 0: go on; HALF: do half of it; else fail with this error number. */
static int met(const char *kind, const char *path) {
    size_t length = strlen(root);
    if (!length || strncmp(path, root, length) || strstr(path + length, "cache/")) return 0;
    int number = atomic_fetch_add(&calls, 1) + 1;
    if (book >= 0) {
        char line[PATH_MAX + 64];
        int size = snprintf(line, sizeof line, "%d %s %s\n", number, kind, path + length);
        syscall(SYS_write, book, line, (size_t)size);
    }
    if (number != target) return 0;
    if (how == KILL) kill(getpid(), SIGKILL);
    return how;
}

static int by_name(const char *kind, int folder, const char *name) {
    char path[2 * PATH_MAX];
    int kept = errno, result = 0;
    if (*root && name) {
        if (*name == '/') {
            result = met(kind, name);
        } else {
            char link[64], base[PATH_MAX] = "";
            if (folder == AT_FDCWD) {
                if (!getcwd(base, sizeof base)) *base = 0;
            } else {
                snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
                ssize_t size = readlink(link, base, sizeof base - 1);
                base[size > 0 ? size : 0] = 0;
            }
            snprintf(path, sizeof path, "%s/%s", base, name);
            result = met(kind, path);
        }
    }
    errno = kept;
    return result;
}

static int by_handle(const char *kind, int handle) {
    char link[64], path[PATH_MAX];
    int kept = errno, result = 0;
    if (*root) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
        ssize_t size = readlink(link, path, sizeof path - 1);
        if (size > 0) {
            path[size] = 0;
            result = met(kind, path);
        }
    }
    errno = kept;
    return result;
}

#define REAL(name)                                         \
    static __typeof__(&name) real;                         \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define FAIL(what, value)         \
    do {                          \
        int failure = (what);     \
        if (failure > 0) {        \
            errno = failure;      \
            return value;         \
        }                         \
    } while (0)

#define TRANSFER(name, kind, parameters, arguments)         \
    ssize_t name parameters {                               \
        REAL(name);                                         \
        int what = by_handle(kind, handle);                 \
        FAIL(what, -1);                                     \
        if (what == HALF && size > 1) size /= 2;            \
        return real arguments;                              \
    }
TRANSFER(read, "read", (int handle, void *data, size_t size), (handle, data, size))
TRANSFER(pread, "read", (int handle, void *data, size_t size, off_t at), (handle, data, size, at))
TRANSFER(pread64, "read", (int handle, void *data, size_t size, off64_t at), (handle, data, size, at))
TRANSFER(write, "write", (int handle, const void *data, size_t size), (handle, data, size))
TRANSFER(pwrite, "write", (int handle, const void *data, size_t size, off_t at), (handle, data, size, at))
TRANSFER(pwrite64, "write", (int handle, const void *data, size_t size, off64_t at), (handle, data, size, at))

#define OPEN(name, lead, folder, arguments)                              \
    int name lead {                                                      \
        mode_t mode = 0;                                                 \
        if (flags & (O_CREAT | __O_TMPFILE)) {                           \
            va_list more;                                                \
            va_start(more, flags);                                       \
            mode = va_arg(more, mode_t);                                 \
            va_end(more);                                                \
        }                                                                \
        REAL(name);                                                      \
        FAIL(by_name(flags & O_CREAT ? "create" : "open", folder, path), -1); \
        return real arguments;                                           \
    }
OPEN(open, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...), at, (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...), at, (at, path, flags, mode))

DIR *opendir(const char *path) {
    REAL(opendir);
    FAIL(by_name("open", AT_FDCWD, path), NULL);
    return real(path);
}

#define ON_HANDLE(name, kind, parameters, arguments) \
    int name parameters {                            \
        REAL(name);                                  \
        FAIL(by_handle(kind, handle), -1);           \
        return real arguments;                       \
    }
ON_HANDLE(fsync, "fsync", (int handle), (handle))
ON_HANDLE(fdatasync, "fsync", (int handle), (handle))
ON_HANDLE(ftruncate, "truncate", (int handle, off_t size), (handle, size))
ON_HANDLE(ftruncate64, "truncate", (int handle, off64_t size), (handle, size))

#define ON_NAME(name, kind, folder, parameters, arguments) \
    int name parameters {                                  \
        REAL(name);                                        \
        FAIL(by_name(kind, folder, path), -1);             \
        return real arguments;                             \
    }
ON_NAME(rename, "rename", AT_FDCWD, (const char *from, const char *path), (from, path))
ON_NAME(renameat, "rename", to, (int at, const char *from, int to, const char *path), (at, from, to, path))
ON_NAME(link, "link", AT_FDCWD, (const char *from, const char *path), (from, path))
ON_NAME(linkat, "link", to, (int at, const char *from, int to, const char *path, int flags),
        (at, from, to, path, flags))
ON_NAME(unlink, "unlink", AT_FDCWD, (const char *path), (path))
ON_NAME(unlinkat, "unlink", at, (int at, const char *path, int flags), (at, path, flags))
ON_NAME(rmdir, "unlink", AT_FDCWD, (const char *path), (path))
ON_NAME(mkdir, "mkdir", AT_FDCWD, (const char *path, mode_t mode), (path, mode))
ON_NAME(mkdirat, "mkdir", at, (int at, const char *path, mode_t mode), (at, path, mode))
