/* Attacks that take as much of something as they get: each succeeds if it gets as many as its argument says. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "attacks.h"

/* While "hold" is in the environment, what was taken is kept until /tmp/enough is there. */
static int held(int error) {
  if (getenv("hold")) {
    fprintf(stderr, "taken\n");
    for (int i = 0; i < 100 * PATIENCE && access("/tmp/enough", F_OK) < 0; i++) usleep(10000);
  }
  return error;
}

static int processes(const char *count) {
  int wanted = atoi(count), error = 0, made = 0;
  pid_t group = getpid();
  setpgid(0, 0);
  for (; made < wanted && !error; made++) {
    pid_t child = fork();
    if (child == 0) { pause(); _exit(0); }
    if (child < 0) error = errno;
  }
  error = held(error);
  signal(SIGTERM, SIG_IGN);
  kill(-group, SIGTERM);
  while (wait(NULL) > 0) { }
  return error;
}

static int memory(const char *megabytes) {
  for (int i = atoi(megabytes); i > 0; i--) {
    char *piece = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (piece == MAP_FAILED) return held(errno);
    memset(piece, 1, 1 << 20);
  }
  return held(0);
}

static void raise_descriptors(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static int opened(const char *count, const char *path) {
  raise_descriptors();
  for (int i = atoi(count); i > 0; i--)
    if (open(path, O_RDWR | O_NOCTTY) < 0) return held(errno);
  return held(0);
}
static int descriptors(const char *count) { return opened(count, "/dev/null"); }
static int terminals(const char *count) { return opened(count, "/dev/ptmx"); }

static int watches(const char *count) {
  raise_descriptors();
  for (int i = atoi(count); i > 0; i--)
    if (inotify_init() < 0) return held(errno);
  return held(0);
}

static int bytes(const char *directory) {
  static char block[1 << 20];
  char path[4096];
  snprintf(path, sizeof path, "%s/carrel-attack", directory);
  int fd = open(path, O_CREAT | O_WRONLY, 0600);
  if (fd < 0) return errno;
  for (int i = 0; i < 64; i++)
    if (write(fd, block, sizeof block) < 0) return held(errno);
  return held(0);
}

/* As many megabytes of output; before that, the limit of file sizes is taken from process 1, which may be the one that keeps them. */
static int output(const char *megabytes) {
  static char block[1 << 20];
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  int error = result(prlimit(1, RLIMIT_FSIZE, &limit, NULL));
  memset(block, 'x', sizeof block);
  for (size_t i = 63; i < sizeof block; i += 64) block[i] = '\n';
  for (int i = atoi(megabytes); i > 0; i--) {
    prlimit(1, RLIMIT_FSIZE, &limit, NULL);
    for (size_t done = 0; done < sizeof block;) {
      ssize_t n = write(1, block + done, sizeof block - done);
      if (n < 0) return errno;
      done += n;
    }
  }
  return error;
}

const struct named_attack exhausting_attacks[] = {
  {"processes", processes}, {"memory", memory}, {"descriptors", descriptors}, {"terminals", terminals}, {"watches", watches},
  {"bytes", bytes}, {"output", output}, {NULL, NULL},
};
