/* Counts what an audio thread must not do. Loaded with LD_PRELOAD into a process that calls
 * matryoshka_audio_begin() before a plugin's process call and matryoshka_audio_end() after it;
 * between the two, on that thread alone, each of the following is counted and the first few are
 * kept with their call stack. tests/realtime.rs compiles and uses this file.
 *
 * Matryoshka's workers, which run chains for the audio thread, are watched besides: from the end of
 * each nap to the start of the next. All they do in between is look for tasks and run them.
 *
 * Two nets, one behind the other:
 *  - functions of libc are interposed: allocation, locks, waits, and the usual system calls;
 *  - where the kernel can (Linux 5.11, x86-64), syscall user dispatch stops the thread at any other
 *    system call, whoever makes it and however.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/uio.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

/* Keep in step with KINDS in interposer.rs. */
enum kind { ALLOCATE, FREE, LOCK, TRY_LOCK, UNLOCK, WAIT, SYSTEM_CALL, KINDS };

enum { MAX_STACKS = 64, MAX_FRAMES = 40 };

struct stack {
    enum kind kind;
    const char* function;
    unsigned long times;
    int depth;
    void* frames[MAX_FRAMES];
};

static unsigned long counts[KINDS];
static struct stack stacks[MAX_STACKS];
static unsigned stack_count;
static char stacks_taken; /* a spin lock: two audio threads may be watched at once */

/* initial-exec (see the compiler's arguments): reaching them must not allocate. */
static __thread int watching;
enum { ALLOW = 0, BLOCK = 1 };
static __thread volatile unsigned char selector = ALLOW;
static __thread int marked;      /* between begin() and end(): sleeping is no nap */
static __thread int dispatching; /* 0: not tried on this thread, 1: on, -1: the kernel cannot */

/* Keeps each different stack once. */
static void keep(enum kind kind, const char* function)
{
    struct stack stack = { .kind = kind, .function = function, .times = 1 };
    stack.depth = backtrace(stack.frames, MAX_FRAMES);
    for (unsigned i = 0; i < stack_count; i++)
    {
        struct stack* known = &stacks[i];
        if (known->depth == stack.depth &&
            memcmp(known->frames, stack.frames, sizeof stack.frames) == 0)
        {
            known->times++;
            return;
        }
    }
    if (stack_count < MAX_STACKS)
        stacks[stack_count++] = stack;
}

static void note(enum kind kind, const char* function)
{
    int old_errno = errno;
    watching = 0; /* backtrace() may allocate or lock */
    selector = ALLOW;
    __atomic_fetch_add(&counts[kind], 1, __ATOMIC_RELAXED);
    while (__atomic_test_and_set(&stacks_taken, __ATOMIC_ACQUIRE))
        ;
    keep(kind, function);
    __atomic_clear(&stacks_taken, __ATOMIC_RELEASE);
    errno = old_errno;
    watching = 1;
    if (dispatching > 0)
        selector = BLOCK;
}

/* Around the real function: what it does by itself, such as the system call inside read(), is not
 * counted again. Returns whether the thread was watched. */
static int enter(enum kind kind, const char* function)
{
    if (!watching)
        return 0;
    note(kind, function);
    watching = 0;
    selector = ALLOW;
    return 1;
}

static void leave(int was_watching)
{
    if (!was_watching)
        return;
    watching = 1;
    if (dispatching > 0)
        selector = BLOCK;
}

static void* real(void** slot, const char* name, const char* version)
{
    void* function = __atomic_load_n(slot, __ATOMIC_RELAXED);
    if (!function)
    {
        if (version)
            function = dlvsym(RTLD_NEXT, name, version);
        if (!function)
            function = dlsym(RTLD_NEXT, name);
        __atomic_store_n(slot, function, __ATOMIC_RELAXED);
    }
    return function;
}

/* Workers are known by their name ("matryoshka-" and a number), which they have before their first
 * nap. */
static int is_worker(void)
{
    static __thread int known;
    char name[16] = "";
    if (!known && pthread_getname_np(pthread_self(), name, sizeof name) == 0)
        known = strncmp(name, "matryoshka-", 11) == 0 && name[11] >= '0' && name[11] <= '9';
    return known;
}

static void watch(void);

/* Whether a sleep is a worker's nap; it is then no longer watched. */
static int nap_begins(void)
{
    static __thread int has_napped;
    if (marked || (watching && !has_napped) || !is_worker())
        return 0;
    has_napped = 1;
    selector = ALLOW;
    watching = 0;
    return 1;
}

#define NAP(name, parameters, arguments)                                                           \
    int name parameters                                                                            \
    {                                                                                              \
        static void* slot;                                                                         \
        int(*call) parameters = (int(*) parameters)real(&slot, #name, NULL);                       \
        int is_nap = nap_begins();                                                                 \
        int was_watching = is_nap ? 0 : enter(SYSTEM_CALL, #name);                                 \
        int outcome = call arguments;                                                              \
        leave(was_watching);                                                                       \
        if (is_nap)                                                                                \
            watch();                                                                               \
        return outcome;                                                                            \
    }

#define WRAP_VERSION(result, name, version, kind, parameters, arguments)                           \
    result name parameters                                                                         \
    {                                                                                              \
        static void* slot;                                                                         \
        result(*call) parameters = (result(*) parameters)real(&slot, #name, version);              \
        int was_watching = enter(kind, #name);                                                     \
        result outcome = call arguments;                                                           \
        leave(was_watching);                                                                       \
        return outcome;                                                                            \
    }
#define WRAP(result, name, kind, parameters, arguments)                                            \
    WRAP_VERSION(result, name, NULL, kind, parameters, arguments)

/* Allocation. glibc offers its own under these names, so no dlsym (which may allocate) is needed.
 */
extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);
extern void* __libc_memalign(size_t, size_t);
extern void __libc_free(void*);

#define ALLOCATION(name, parameters, expression)                                                   \
    void* name parameters                                                                          \
    {                                                                                              \
        int was_watching = enter(ALLOCATE, #name);                                                 \
        void* result = expression;                                                                 \
        leave(was_watching);                                                                       \
        return result;                                                                             \
    }

ALLOCATION(malloc, (size_t size), __libc_malloc(size))
ALLOCATION(calloc, (size_t count, size_t size), __libc_calloc(count, size))
ALLOCATION(realloc, (void* memory, size_t size), __libc_realloc(memory, size))
ALLOCATION(memalign, (size_t alignment, size_t size), __libc_memalign(alignment, size))
ALLOCATION(aligned_alloc, (size_t alignment, size_t size), __libc_memalign(alignment, size))

int posix_memalign(void** memory, size_t alignment, size_t size)
{
    int was_watching = enter(ALLOCATE, "posix_memalign");
    *memory = __libc_memalign(alignment, size);
    leave(was_watching);
    return *memory ? 0 : ENOMEM;
}

void free(void* memory)
{
    if (!memory) /* does nothing, at no cost */
        return;
    int was_watching = enter(FREE, "free");
    __libc_free(memory);
    leave(was_watching);
}

/* Locks. */
WRAP(int, pthread_mutex_lock, LOCK, (pthread_mutex_t * mutex), (mutex))
WRAP(int, pthread_mutex_timedlock, LOCK, (pthread_mutex_t * mutex, const struct timespec* until),
     (mutex, until))
WRAP(int, pthread_mutex_trylock, TRY_LOCK, (pthread_mutex_t * mutex), (mutex))
WRAP(int, pthread_mutex_unlock, UNLOCK, (pthread_mutex_t * mutex), (mutex))
WRAP(int, pthread_rwlock_rdlock, LOCK, (pthread_rwlock_t * lock), (lock))
WRAP(int, pthread_rwlock_wrlock, LOCK, (pthread_rwlock_t * lock), (lock))
WRAP(int, pthread_rwlock_tryrdlock, TRY_LOCK, (pthread_rwlock_t * lock), (lock))
WRAP(int, pthread_rwlock_trywrlock, TRY_LOCK, (pthread_rwlock_t * lock), (lock))
WRAP(int, pthread_rwlock_unlock, UNLOCK, (pthread_rwlock_t * lock), (lock))

/* Waiting and waking. A plain dlsym may find the condition variables of before 2003. */
#define CONDITION(name, parameters, arguments)                                                     \
    WRAP_VERSION(int, name, "GLIBC_2.3.2", WAIT, parameters, arguments)
CONDITION(pthread_cond_wait, (pthread_cond_t * condition, pthread_mutex_t* mutex),
          (condition, mutex))
CONDITION(pthread_cond_timedwait,
          (pthread_cond_t * condition, pthread_mutex_t* mutex, const struct timespec* until),
          (condition, mutex, until))
CONDITION(pthread_cond_signal, (pthread_cond_t * condition), (condition))
CONDITION(pthread_cond_broadcast, (pthread_cond_t * condition), (condition))
WRAP(int, sem_wait, WAIT, (sem_t * semaphore), (semaphore))
WRAP(int, sem_trywait, WAIT, (sem_t * semaphore), (semaphore))
WRAP(int, sem_timedwait, WAIT, (sem_t * semaphore, const struct timespec* until),
     (semaphore, until))
WRAP(int, sem_post, WAIT, (sem_t * semaphore), (semaphore))

/* System calls by their usual names. */
WRAP(ssize_t, read, SYSTEM_CALL, (int file, void* bytes, size_t size), (file, bytes, size))
WRAP(ssize_t, write, SYSTEM_CALL, (int file, const void* bytes, size_t size), (file, bytes, size))
WRAP(ssize_t, writev, SYSTEM_CALL, (int file, const struct iovec* parts, int count),
     (file, parts, count))
WRAP(int, poll, SYSTEM_CALL, (struct pollfd * files, nfds_t count, int timeout),
     (files, count, timeout))
WRAP(int, select, SYSTEM_CALL,
     (int count, fd_set* read, fd_set* write, fd_set* except, struct timeval* timeout),
     (count, read, write, except, timeout))
WRAP(int, close, SYSTEM_CALL, (int file), (file))
NAP(nanosleep, (const struct timespec* time, struct timespec* left), (time, left))
NAP(clock_nanosleep,
    (clockid_t clock, int flags, const struct timespec* time, struct timespec* left),
    (clock, flags, time, left))
WRAP(int, usleep, SYSTEM_CALL, (useconds_t time), (time))
WRAP(int, sched_yield, SYSTEM_CALL, (void), ())

/* Rust's futexes come this way. */
long syscall(long number, ...)
{
    static void* slot;
    long (*call)(long, ...) = (long (*)(long, ...))real(&slot, "syscall", NULL);
    long a[6];
    va_list arguments;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(arguments, long);
    va_end(arguments);
    int was_watching = enter(SYSTEM_CALL, "syscall");
    long outcome = call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    leave(was_watching);
    return outcome;
}

/* All other system calls. */
#ifdef __x86_64__
#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_ON 1
#endif

/* The kernel sends SIGSYS instead of making the call. Count it, let the thread through until its
 * next begin(), and go back to the instruction, two bytes long, that made the call. */
static void stopped_at_system_call(int signal, siginfo_t* info, void* context)
{
    (void)signal;
    selector = ALLOW;
    if (watching)
    {
        note(SYSTEM_CALL, "a system call made directly");
        selector = ALLOW;
    }
    greg_t* registers = ((ucontext_t*)context)->uc_mcontext.gregs;
    registers[REG_RAX] = info->si_syscall;
    registers[REG_RIP] -= 2;
}

static int dispatch_on(void)
{
    struct sigaction action = { .sa_sigaction = stopped_at_system_call, .sa_flags = SA_SIGINFO };
    if (sigaction(SIGSYS, &action, NULL) != 0)
        return -1;
    return prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &selector) == 0 ? 1 : -1;
}
#else
static int dispatch_on(void)
{
    return -1;
}
#endif

static void watch(void)
{
    if (!dispatching)
        dispatching = dispatch_on();
    watching = 1;
    if (dispatching > 0)
        selector = BLOCK;
}

/* The first backtrace() loads libgcc, which allocates. */
__attribute__((constructor)) static void warm_up(void)
{
    void* frames[4];
    backtrace(frames, 4);
}

/* What interposer.rs calls. */

void matryoshka_audio_begin(void)
{
    marked = 1;
    watch();
}

void matryoshka_audio_end(void)
{
    selector = ALLOW;
    watching = 0;
    marked = 0;
}

unsigned long matryoshka_audio_violations(int kind)
{
    return __atomic_load_n(&counts[kind], __ATOMIC_RELAXED);
}

/* Whether the second net is there, on the calling thread after its first begin(). */
int matryoshka_audio_sees_all_system_calls(void)
{
    return dispatching > 0;
}

/* Writes the kept stacks: a line "function, n times", then for each frame, innermost first, a line
 * "<tab>file<tab>offset in it", for addr2line. */
void matryoshka_audio_report(int file)
{
    for (unsigned i = 0; i < stack_count; i++)
    {
        const struct stack* stack = &stacks[i];
        dprintf(file, "%s, %lu times\n", stack->function, stack->times);
        for (int frame = 0; frame < stack->depth; frame++)
        {
            Dl_info info;
            /* One back: a return address may belong to the line after the call. */
            uintptr_t address = (uintptr_t)stack->frames[frame] - 1;
            if (dladdr((void*)address, &info) && info.dli_fname)
                dprintf(file, "\t%s\t%#lx\n", info.dli_fname,
                        (unsigned long)(address - (uintptr_t)info.dli_fbase));
        }
    }
}

void matryoshka_audio_forget(void)
{
    memset(counts, 0, sizeof counts);
    stack_count = 0;
}
