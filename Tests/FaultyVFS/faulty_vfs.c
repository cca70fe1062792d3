#include "faulty_vfs.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static sqlite3_vfs *below;
static enum faulty_vfs_kind fault_kind;
static long fault_at;
static int fault_for_ever;
static atomic_long calls;

// A file of ours, with the file of the VFS below right behind it.
typedef struct {
    sqlite3_file base;
    sqlite3_file *real;
} faulty_file;

#define REAL(file) (((faulty_file *)(file))->real)

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

// The next call that changes the disk: whether it has to fail.
static int is_faulty(void) {
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (fault_kind == FAULTY_VFS_NOTHING) return 0;
    return number == fault_at || (fault_for_ever && number > fault_at);
}

static int failure(int io_code) {
    if (fault_kind == FAULTY_VFS_KILL) die();
    return fault_kind == FAULTY_VFS_DISK_FULL ? SQLITE_FULL : io_code;
}

static int file_close(sqlite3_file *file) { return REAL(file)->pMethods->xClose(REAL(file)); }

static int file_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    return REAL(file)->pMethods->xRead(REAL(file), bytes, count, offset);
}

static int file_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    if (is_faulty()) {
        // A write that is cut off has often been done in part.
        REAL(file)->pMethods->xWrite(REAL(file), bytes, count / 2, offset);
        return failure(SQLITE_IOERR_WRITE);
    }
    return REAL(file)->pMethods->xWrite(REAL(file), bytes, count, offset);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
    return is_faulty() ? failure(SQLITE_IOERR_TRUNCATE) : REAL(file)->pMethods->xTruncate(REAL(file), size);
}

static int file_sync(sqlite3_file *file, int flags) {
    return is_faulty() ? failure(SQLITE_IOERR_FSYNC) : REAL(file)->pMethods->xSync(REAL(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) { return REAL(file)->pMethods->xFileSize(REAL(file), size); }
static int file_lock(sqlite3_file *file, int level) { return REAL(file)->pMethods->xLock(REAL(file), level); }
static int file_unlock(sqlite3_file *file, int level) { return REAL(file)->pMethods->xUnlock(REAL(file), level); }

static int file_is_reserved(sqlite3_file *file, int *result) {
    return REAL(file)->pMethods->xCheckReservedLock(REAL(file), result);
}

static int file_control(sqlite3_file *file, int operation, void *argument) {
    return REAL(file)->pMethods->xFileControl(REAL(file), operation, argument);
}

static int file_sector_size(sqlite3_file *file) { return REAL(file)->pMethods->xSectorSize(REAL(file)); }

static int file_characteristics(sqlite3_file *file) {
    return REAL(file)->pMethods->xDeviceCharacteristics(REAL(file));
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **result) {
    if (extend && is_faulty()) return failure(SQLITE_IOERR_SHMSIZE);
    return REAL(file)->pMethods->xShmMap(REAL(file), page, size, extend, result);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    return REAL(file)->pMethods->xShmLock(REAL(file), offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file) { REAL(file)->pMethods->xShmBarrier(REAL(file)); }
static int file_shm_unmap(sqlite3_file *file, int delete) { return REAL(file)->pMethods->xShmUnmap(REAL(file), delete); }

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_is_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out) {
    (void)vfs;
    faulty_file *mine = (faulty_file *)file;
    memset(mine, 0, sizeof *mine);
    int exists = 1;
    if (name) below->xAccess(below, name, SQLITE_ACCESS_EXISTS, &exists);
    if ((flags & SQLITE_OPEN_CREATE) && !exists && is_faulty()) return failure(SQLITE_CANTOPEN);
    mine->real = (sqlite3_file *)(mine + 1);
    int code = below->xOpen(below, name, mine->real, flags, flags_out);
    if (mine->real->pMethods) mine->base.pMethods = &methods;
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_directory) {
    (void)vfs;
    return is_faulty() ? failure(SQLITE_IOERR_DELETE) : below->xDelete(below, name, sync_directory);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
    (void)vfs;
    return below->xAccess(below, name, flags, result);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int count, char *result) {
    (void)vfs;
    return below->xFullPathname(below, name, count, result);
}

static int vfs_randomness(sqlite3_vfs *vfs, int count, char *bytes) {
    (void)vfs;
    return below->xRandomness(below, count, bytes);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return below->xSleep(below, microseconds);
}

static int vfs_current_time(sqlite3_vfs *vfs, double *time) {
    (void)vfs;
    return below->xCurrentTime(below, time);
}

static int vfs_last_error(sqlite3_vfs *vfs, int count, char *text) {
    (void)vfs;
    return below->xGetLastError(below, count, text);
}

int faulty_vfs_register(enum faulty_vfs_kind kind, long at, int for_ever) {
    static sqlite3_vfs vfs;
    below = sqlite3_vfs_find(0);
    if (!below) return SQLITE_ERROR;
    fault_kind = kind;
    fault_at = at;
    fault_for_ever = for_ever;
    vfs = (sqlite3_vfs){
        .iVersion = 1,
        .szOsFile = (int)sizeof(faulty_file) + below->szOsFile,
        .mxPathname = below->mxPathname,
        .zName = "faulty",
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_path,
        .xRandomness = vfs_randomness,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_current_time,
        .xGetLastError = vfs_last_error,
    };
    return sqlite3_vfs_register(&vfs, 1);
}

long faulty_vfs_calls(void) { return atomic_load(&calls); }
