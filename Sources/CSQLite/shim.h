#ifndef MINIBOSS_CSQLITE_SHIM_H
#define MINIBOSS_CSQLITE_SHIM_H

#include <sqlite3.h>
#include <sys/vfs.h>

// sqlite3_db_config is variadic and can't be called from Swift.
static inline int csqlite_db_config_flag(sqlite3 *db, int option, int on) {
    return sqlite3_db_config(db, option, on, (int *)0);
}

// Extended result codes are expressions, which Swift does not import.
static const int csqlite_readonly_rollback = SQLITE_READONLY_ROLLBACK;
static const int csqlite_ioerr_shmsize = SQLITE_IOERR_SHMSIZE;

// SQLITE_TRANSIENT is a cast of -1 to a function pointer, which Swift does not import.
static inline int csqlite_bind_text_copy(sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, text, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int csqlite_bind_blob_copy(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(statement, index, bytes, count, SQLITE_TRANSIENT);
}

// The kind of file system that holds a database, `f_type` of statfs(2), which Glibc's module leaves out; 0 when unknown.
static inline unsigned int csqlite_file_system(const char *path) {
    struct statfs found;
    return statfs(path, &found) == 0 ? (unsigned int)found.f_type : 0;
}

#endif
