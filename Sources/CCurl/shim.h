#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

// The type checks are macros around the variadic calls; the wrappers below have fixed types instead.
#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdatomic.h>
#include <sys/socket.h>

// libcurl brings some thirty libraries along, which take 7 ms to load: they are when the engine is first called, not with each
// program. So nothing is linked; each wrapper looks its function up once.
static inline void *ccurl_symbol(const char *name) {
    void *library = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
    return library ? dlsym(library, name) : NULL;
}
#define CCURL(name) \
    ({ \
        static _Atomic(void *) known; \
        void *function = atomic_load_explicit(&known, memory_order_relaxed); \
        if (!function) { \
            function = ccurl_symbol(#name); \
            atomic_store_explicit(&known, function, memory_order_relaxed); \
        } \
        (__typeof__(&name))function; \
    })

// Whether libcurl is there and new enough; to be asked before anything below is called.
static inline int ccurl_is_present(void) {
    if (!ccurl_symbol("curl_version_info")) { return 0; }
    // The first that has CURLOPT_PROTOCOLS_STR.
    return CCURL(curl_version_info)(CURLVERSION_NOW)->version_num >= 0x075500;
}

static inline CURLcode ccurl_global_init(long flags) { return CCURL(curl_global_init)(flags); }

static inline CURL *ccurl_easy_init(void) { return CCURL(curl_easy_init)(); }
static inline void ccurl_easy_cleanup(CURL *handle) { CCURL(curl_easy_cleanup)(handle); }
static inline CURLcode ccurl_easy_perform(CURL *handle) { return CCURL(curl_easy_perform)(handle); }
static inline CURLcode ccurl_easy_pause(CURL *handle, int what) { return CCURL(curl_easy_pause)(handle, what); }
static inline CURLcode ccurl_easy_recv(CURL *handle, void *buffer, size_t size, size_t *count) {
    return CCURL(curl_easy_recv)(handle, buffer, size, count);
}
static inline CURLcode ccurl_easy_send(CURL *handle, const void *buffer, size_t size, size_t *count) {
    return CCURL(curl_easy_send)(handle, buffer, size, count);
}
static inline const char *ccurl_easy_strerror(CURLcode code) { return CCURL(curl_easy_strerror)(code); }

static inline struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text) {
    return CCURL(curl_slist_append)(list, text);
}
static inline void ccurl_slist_free_all(struct curl_slist *list) { CCURL(curl_slist_free_all)(list); }

static inline CURLM *ccurl_multi_init(void) { return CCURL(curl_multi_init)(); }
static inline CURLMcode ccurl_multi_cleanup(CURLM *multi) { return CCURL(curl_multi_cleanup)(multi); }
static inline CURLMcode ccurl_multi_perform(CURLM *multi, int *running) { return CCURL(curl_multi_perform)(multi, running); }
static inline CURLMcode ccurl_multi_poll(CURLM *multi, int milliseconds) {
    return CCURL(curl_multi_poll)(multi, NULL, 0, milliseconds, NULL);
}
static inline CURLMcode ccurl_multi_wakeup(CURLM *multi) { return CCURL(curl_multi_wakeup)(multi); }
static inline CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *handle) { return CCURL(curl_multi_add_handle)(multi, handle); }
static inline CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *handle) {
    return CCURL(curl_multi_remove_handle)(multi, handle);
}
static inline CURLMsg *ccurl_multi_info_read(CURLM *multi, int *left) { return CCURL(curl_multi_info_read)(multi, left); }
static inline const char *ccurl_multi_strerror(CURLMcode code) { return CCURL(curl_multi_strerror)(code); }

// curl_easy_setopt is variadic and cannot be used from Swift. A `long` option given an `int` is undefined behaviour,
// so each wrapper has the one type libcurl reads.
static inline CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
    return CCURL(curl_easy_setopt)(handle, option, value);
}
static inline CURLcode ccurl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return CCURL(curl_easy_setopt)(handle, option, value);
}
static inline CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value) {
    return CCURL(curl_easy_setopt)(handle, option, value);
}
static inline CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return CCURL(curl_easy_setopt)(handle, option, value);
}
static inline CURLcode ccurl_set_bytes(CURL *handle, CURLoption option, const void *value) {
    return CCURL(curl_easy_setopt)(handle, option, value);
}
static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return CCURL(curl_easy_setopt)(handle, option, value);
}
typedef size_t (*ccurl_data_callback)(char *data, size_t size, size_t count, void *context);
static inline CURLcode ccurl_set_data_callback(CURL *handle, CURLoption option, ccurl_data_callback value) {
    return CCURL(curl_easy_setopt)(handle, option, value);
}

// libcurl 7.88 opens its sockets without close-on-exec, and a flag set afterwards loses the race against a fork.
static curl_socket_t ccurl_open_cloexec(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)context;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}
static inline CURLcode ccurl_set_cloexec(CURL *handle) {
    return CCURL(curl_easy_setopt)(handle, CURLOPT_OPENSOCKETFUNCTION, ccurl_open_cloexec);
}

// curl_easy_getinfo and curl_multi_setopt are variadic too.
static inline CURLcode ccurl_get_long(CURL *handle, CURLINFO info, long *value) {
    return CCURL(curl_easy_getinfo)(handle, info, value);
}
static inline CURLcode ccurl_get_socket(CURL *handle, curl_socket_t *value) {
    return CCURL(curl_easy_getinfo)(handle, CURLINFO_ACTIVESOCKET, value);
}
static inline CURLMcode ccurl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
    return CCURL(curl_multi_setopt)(handle, option, value);
}

#endif
