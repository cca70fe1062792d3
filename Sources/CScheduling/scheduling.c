#include "scheduling.h"

// The runtime's own hooks (swift/Runtime/Concurrency.h). They use Swift's calling convention.
#define SWIFT_CC __attribute__((swiftcall))

typedef SWIFT_CC void (*enqueue_original)(void *job);
typedef SWIFT_CC void (*delay_original)(unsigned long long delay, void *job);
typedef SWIFT_CC void (*deadline_original)(long long, long long, long long, long long, int, void *job);

extern SWIFT_CC void (*swift_task_enqueueGlobal_hook)(void *job, enqueue_original original);
extern SWIFT_CC void (*swift_task_enqueueGlobalWithDelay_hook)(unsigned long long delay, void *job, delay_original original);
extern SWIFT_CC void (*swift_task_enqueueGlobalWithDeadline_hook)(
    long long sec, long long nsec, long long tsec, long long tnsec, int clock, void *job, deadline_original original);

static void (*taker)(void *job);
static void (*later_taker)(unsigned long long nanoseconds, void *job);

static SWIFT_CC void enqueue(void *job, enqueue_original original) {
    (void)original;
    taker(job);
}

static SWIFT_CC void enqueue_later(unsigned long long delay, void *job, delay_original original) {
    (void)original;
    later_taker(delay, job);
}

// Nothing that is simulated may look at the machine's clock; a deadline on it falls due at once.
static SWIFT_CC void enqueue_at(
    long long sec, long long nsec, long long tsec, long long tnsec, int clock, void *job, deadline_original original) {
    (void)sec, (void)nsec, (void)tsec, (void)tnsec, (void)clock, (void)original;
    later_taker(0, job);
}

void scheduling_take_over(void (*take)(void *job), void (*take_later)(unsigned long long nanoseconds, void *job)) {
    taker = take;
    later_taker = take_later;
    swift_task_enqueueGlobal_hook = enqueue;
    swift_task_enqueueGlobalWithDelay_hook = enqueue_later;
    swift_task_enqueueGlobalWithDeadline_hook = enqueue_at;
}
