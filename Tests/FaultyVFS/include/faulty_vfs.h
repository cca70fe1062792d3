#ifndef MINIBOSS_FAULTY_VFS_H
#define MINIBOSS_FAULTY_VFS_H

// What happens at the chosen call. https://www.sqlite.org/vfs.html
enum faulty_vfs_kind {
    FAULTY_VFS_NOTHING, // the calls are only counted
    FAULTY_VFS_IO_ERROR,
    FAULTY_VFS_DISK_FULL,
    FAULTY_VFS_KILL // half of it is written, then the process ends as by `kill -9`
};

// Puts a VFS before SQLite's default one, for the whole process, that counts every call that changes the disk (making,
// writing, cutting, syncing and deleting a file) and fails at number `at`, counted from 1, or from there on for ever.
// Not for a process in which SQLite is at work on anything else. Returns a result code of SQLite.
int faulty_vfs_register(enum faulty_vfs_kind kind, long at, int for_ever);

// How many such calls there were.
long faulty_vfs_calls(void);

#endif
