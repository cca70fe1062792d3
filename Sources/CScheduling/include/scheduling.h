#ifndef SCHEDULING_H
#define SCHEDULING_H

// Hands every job that Swift's concurrency runtime would run on its pool to `take`, and every delayed one to `takeLater`.
// For a process that runs all its tasks on one thread in an order of its own; there is no way back.
void scheduling_take_over(void (*take)(void *job), void (*take_later)(unsigned long long nanoseconds, void *job));

#endif
