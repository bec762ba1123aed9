/*
 * Preloaded into virsh, which prints the message of an error alone: writes down code, domain, level and
 * message of the last one in the file that $VIRSH_ERROR names.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* The beginning of libvirt's error, a stable ABI. */
struct error {
  int code;
  int domain;
  char *message;
  int level;
};
typedef void (*handler)(void *data, struct error *error);

static handler of_virsh;

static void record(void *data, struct error *error) {
  FILE *file = fopen(getenv("VIRSH_ERROR"), "w");
  if (file) {
    fprintf(file, "%d %d %d %s", error->code, error->domain, error->level, error->message);
    fclose(file);
  }
  of_virsh(data, error);
}

/* Stands before libvirt's own function of this name. */
void virSetErrorFunc(void *data, handler chosen) {
  void (*next)(void *, handler) = (void (*)(void *, handler))dlsym(RTLD_NEXT, "virSetErrorFunc");
  of_virsh = chosen;
  next(data, chosen ? record : NULL);
}
