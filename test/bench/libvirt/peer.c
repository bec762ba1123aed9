/*
 * What a program in C gets out of libvirt.so; each answer is one line of JSON.
 *
 *   peer calls URI THREADS loop|no-loop version|xml   reads lines with milliseconds, makes calls for that long
 *   peer open URI COUNT                               opens connections, then reads lines as above and is idle
 */
#define _GNU_SOURCE
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { callsOnOpening = 20, maxThreads = 64 };

struct caller {
  virConnectPtr connection;
  virDomainPtr domain; /* whose XML is asked for; NULL: the version is */
  double end;
  long calls;
};

static void require(int good, const char *what) {
  if (good) return;
  fprintf(stderr, "peer: %s: %s\n", what, virGetLastErrorMessage());
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static double cpuSeconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static long residentKiB(void) {
  long size = 0, resident = 0;
  malloc_trim(0);
  FILE *statm = fopen("/proc/self/statm", "r");
  require(statm && fscanf(statm, "%ld %ld", &size, &resident) == 2, "/proc/self/statm");
  fclose(statm);
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void *runEventLoop(void *unused) {
  (void)unused;
  for (;;) require(virEventRunDefaultImpl() == 0, "event loop");
  return NULL;
}

static void startEventLoop(void) {
  pthread_t thread;
  require(virEventRegisterDefaultImpl() == 0, "event loop");
  require(pthread_create(&thread, NULL, runEventLoop, NULL) == 0, "thread");
}

static void onEvent(virConnectPtr connection, virDomainPtr domain, int event, int detail, void *opaque) {
  (void)connection, (void)domain, (void)event, (void)detail, (void)opaque;
}

/* As a client has it that wants events and notices dead hosts. */
static virConnectPtr openWithEvents(const char *uri) {
  virConnectPtr connection = virConnectOpen(uri);
  require(connection != NULL, "open");
  require(virConnectSetKeepAlive(connection, 5, 3) >= 0, "keepalive");
  int id = virConnectDomainEventRegisterAny(connection, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                            VIR_DOMAIN_EVENT_CALLBACK(onEvent), NULL, NULL);
  require(id >= 0, "events");
  return connection;
}

static void callOnce(virConnectPtr connection, virDomainPtr domain) {
  unsigned long version;
  if (domain) {
    char *xml = virDomainGetXMLDesc(domain, 0);
    require(xml != NULL, "XML");
    free(xml);
  } else {
    require(virConnectGetLibVersion(connection, &version) == 0, "version");
  }
}

static void *callUntilEnd(void *opaque) {
  struct caller *caller = opaque;
  for (caller->calls = 0; now() < caller->end; caller->calls++) callOnce(caller->connection, caller->domain);
  return NULL;
}

/* With one thread the calls are made by the program's own. */
static long callFor(struct caller caller, int threads, double seconds) {
  struct caller callers[maxThreads];
  pthread_t ids[maxThreads];
  long calls = 0;
  caller.end = now() + seconds;
  for (int i = 0; i < threads; i++) {
    callers[i] = caller;
    if (i > 0) require(pthread_create(&ids[i], NULL, callUntilEnd, &callers[i]) == 0, "thread");
  }
  callUntilEnd(&callers[0]);
  for (int i = 0; i < threads; i++) {
    if (i > 0) pthread_join(ids[i], NULL);
    calls += callers[i].calls;
  }
  return calls;
}

static void answerCalls(const char *uri, int threads, int loop, int xml) {
  char line[64];
  if (loop) startEventLoop();
  struct caller caller = {.connection = loop ? openWithEvents(uri) : virConnectOpen(uri)};
  require(caller.connection != NULL, "open");
  if (xml) require((caller.domain = virDomainLookupByName(caller.connection, "test")) != NULL, "domain");
  while (fgets(line, sizeof line, stdin)) {
    double begin = now(), cpu = cpuSeconds();
    long calls = callFor(caller, threads, atoi(line) / 1e3);
    printf("{\"calls\":%ld,\"seconds\":%.6f,\"cpuSeconds\":%.6f}\n", calls, now() - begin, cpuSeconds() - cpu);
    fflush(stdout);
  }
}

static void openOne(const char *uri) {
  virConnectPtr connection = openWithEvents(uri);
  for (int i = 0; i < callsOnOpening; i++) callOnce(connection, NULL);
}

static void answerOpen(const char *uri, int count) {
  char line[64];
  startEventLoop();
  openOne(uri); /* what only the first one takes is not what each one takes */
  long before = residentKiB();
  double begin = now();
  for (int i = 0; i < count; i++) openOne(uri);
  double seconds = now() - begin;
  /* It collects no garbage, so there is no young generation to tell apart. */
  printf("{\"beforeKiB\":%ld,\"afterKiB\":%ld,\"youngKiB\":0,\"seconds\":%.6f}\n", before, residentKiB(), seconds);
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    double cpu = cpuSeconds(), start = now();
    usleep(atoi(line) * 1000);
    printf("{\"calls\":0,\"seconds\":%.6f,\"cpuSeconds\":%.6f}\n", now() - start, cpuSeconds() - cpu);
    fflush(stdout);
  }
}

int main(int argc, char **argv) {
  if (argc == 6 && strcmp(argv[1], "calls") == 0 && atoi(argv[3]) <= maxThreads) {
    answerCalls(argv[2], atoi(argv[3]), strcmp(argv[4], "loop") == 0, strcmp(argv[5], "xml") == 0);
  } else if (argc == 4 && strcmp(argv[1], "open") == 0) {
    answerOpen(argv[2], atoi(argv[3]));
  } else {
    fprintf(stderr, "usage: peer calls URI THREADS loop|no-loop version|xml, or peer open URI COUNT\n");
    return 2;
  }
  return 0;
}
