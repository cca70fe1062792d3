// The yardstick: the ledger's appends in C, with its schema, its pragmas and its statements, prepared once.
// It computes no SHA-256, which the ledger does for each event; its links are a counter, of the same length.
//
//   ledger DATABASE EVENTS EVENTS_PER_TRANSACTION MIGRATION...
//
// Makes the database and prints the seconds that the appends took.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static sqlite3 *db;

static void check(int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    fprintf(stderr, "ledger: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void run_file(const char *path) {
    FILE *file = fopen(path, "rb");
    static char text[1 << 20];
    if (!file) {
        perror(path);
        exit(1);
    }
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    check(sqlite3_exec(db, text, 0, 0, 0));
}

static sqlite3_stmt *prepared(const char *sql) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, 0));
    return statement;
}

static void run(sqlite3_stmt *statement) {
    check(sqlite3_step(statement));
    check(sqlite3_reset(statement));
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **words) {
    if (count < 5) return 64;
    long events = atol(words[2]);
    long at_once = atol(words[3]);
    check(sqlite3_open_v2(words[1], &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, 0));
    for (int index = 4; index < count; index++) run_file(words[index]);
    check(sqlite3_exec(db,
                       "PRAGMA recursive_triggers = ON; PRAGMA cell_size_check = ON; PRAGMA fullfsync = ON;"
                       "PRAGMA checkpoint_fullfsync = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;",
                       0, 0, 0));
    sqlite3_stmt *begin = prepared("BEGIN IMMEDIATE");
    sqlite3_stmt *head = prepared("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1");
    sqlite3_stmt *insert = prepared(
        "INSERT INTO events (seq, run, at, mono_ns, service, type, version, body, operation, previous_hash, hash) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
    sqlite3_stmt *commit = prepared("COMMIT");

    unsigned char link[32] = {0}, before[32];
    double start = now();
    long seq = 0;
    while (seq < events) {
        run(begin);
        check(sqlite3_step(head));
        check(sqlite3_reset(head));
        for (long index = 0; index < at_once && seq < events; index++) {
            char service[32], body[512];
            seq++;
            snprintf(service, sizeof service, "service-%ld", seq % 10);
            snprintf(body, sizeof body,
                     "{\"cause\":\"its dependencies are running, number %ld\",\"container_id\":"
                     "\"4be1c09ab7a04a2d9d1f4be1c09ab7a04a2d9d1f4be1c09ab7a04a2d9d1f0000\",\"event\":\"container_started\","
                     "\"from\":\"starting\",\"to\":\"pinging\"}",
                     seq);
            memcpy(before, link, sizeof link);
            memcpy(link, &seq, sizeof seq);
            sqlite3_bind_int64(insert, 1, seq);
            sqlite3_bind_int64(insert, 2, 1);
            sqlite3_bind_text(insert, 3, "2026-01-01T00:00:00.000000000Z", -1, SQLITE_STATIC);
            sqlite3_bind_int64(insert, 4, seq);
            sqlite3_bind_text(insert, 5, service, -1, SQLITE_TRANSIENT);
            sqlite3_bind_text(insert, 6, "service.state_changed", -1, SQLITE_STATIC);
            sqlite3_bind_int64(insert, 7, 1);
            sqlite3_bind_text(insert, 8, body, -1, SQLITE_TRANSIENT);
            sqlite3_bind_null(insert, 9);
            if (seq == 1) {
                sqlite3_bind_null(insert, 10);
            } else {
                sqlite3_bind_blob(insert, 10, before, sizeof before, SQLITE_TRANSIENT);
            }
            sqlite3_bind_blob(insert, 11, link, sizeof link, SQLITE_TRANSIENT);
            run(insert);
            sqlite3_clear_bindings(insert);
        }
        run(commit);
    }
    printf("%.6f\n", now() - start);
    return 0;
}
