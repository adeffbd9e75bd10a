/*
 * The floor: the very system calls of a Carrel start, made by a C program.
 *
 *   floor IMAGE ROUNDS
 *
 * IMAGE is the program that Carrel put into a memfd: a static ELF file whose writable segment is a table of system calls.
 * This maps the table at its addresses and carries it out from C, in a child made by fork, once a round. Prints the median
 * time from fork to the container's end, in microseconds. See docs/launching.md.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct instruction {
  int32_t number;
  uint32_t mask;
  uint64_t argument[6];
  int64_t *result;
  struct instruction *failure;
};

static struct instruction *program;
static char stack[64 * 1024] __attribute__((aligned(16)));

static int run(void *at) {
  struct instruction *i = at;
  for (;;) {
    uint64_t a[6];
    int64_t r;
    for (int k = 0; k < 6; k++)
      a[k] = i->mask >> (k + 1) & 1 ? *(uint64_t *)i->argument[k] : i->argument[k];
    if (i->number < 0) {
      r = (int32_t)a[0] == (int32_t)a[1] ? 0 : -1;
    } else if (i->number == SYS_clone && a[0] & CLONE_VM) {
      *i->result = 0; /* what the child finds: it shares this memory */
      r = clone(run, stack + sizeof stack, (int)a[0], i + 1);
    } else {
      r = syscall(i->number, a[0], a[1], a[2], a[3], a[4], a[5]);
      if (r == -1) r = -errno;
    }
    *i->result = r;
    if (r < 0 && r >= -4095) {
      program->argument[0] = r;
      program->argument[1] = (uint64_t)i;
      i = i->failure;
    } else {
      i++;
    }
  }
  return 0; /* for the compiler: the program ends itself */
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* Maps the writable segment, whose first bytes are the program. */
static void load(const char *path) {
  int file = open(path, O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status) < 0) fail(path);
  char *content = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
  if (content == MAP_FAILED) fail("mmap");
  Elf64_Phdr *segment = (Elf64_Phdr *)(content + ((Elf64_Ehdr *)content)->e_phoff) + 1;
  uintptr_t page = segment->p_vaddr & ~4095UL;
  char *memory = mmap((void *)page, segment->p_vaddr - page + segment->p_memsz, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory == MAP_FAILED) fail("mmap of the program");
  memcpy((void *)segment->p_vaddr, content + segment->p_offset, segment->p_filesz);
  program = (struct instruction *)segment->p_vaddr;
}

static int place(int descriptor, int at) {
  if (dup2(descriptor, at) < 0) fail("dup2");
  return fcntl(at, F_SETFD, at == 3 ? FD_CLOEXEC : 0);
}

static double once(void) {
  struct timespec before, after;
  int status[2], control[2], ended;
  int64_t record[2];
  clock_gettime(CLOCK_MONOTONIC, &before);
  if (pipe2(status, O_CLOEXEC) < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) < 0) fail("pipe");
  pid_t first = fork();
  if (first < 0) fail("fork");
  if (first == 0) {
    int s = fcntl(status[1], F_DUPFD, 20), c = fcntl(control[1], F_DUPFD, 20);
    place(s, 3);
    place(c, 4);
    run(program + 1);
  }
  close(status[1]);
  close(control[1]);
  if (read(status[0], record, sizeof record) != sizeof record || record[0] < 0) {
    fprintf(stderr, "floor: system call failed: %s\n", strerror((int)-record[0]));
    exit(1);
  }
  if (read(status[0], &record[1], sizeof record[1]) != 0) exit(1);
  waitpid(first, &ended, 0);
  waitpid((pid_t)record[0], &ended, 0);
  close(status[0]);
  close(control[0]);
  clock_gettime(CLOCK_MONOTONIC, &after);
  return (after.tv_sec - before.tv_sec) * 1e6 + (after.tv_nsec - before.tv_nsec) / 1e3;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  int rounds = argc == 3 ? atoi(argv[2]) : 0;
  if (rounds < 1) {
    fprintf(stderr, "usage: floor IMAGE ROUNDS\n");
    return 2;
  }
  load(argv[1]);
  double *times = calloc(rounds, sizeof *times);
  for (int i = 0; i < rounds; i++) times[i] = once();
  qsort(times, rounds, sizeof *times, ascending);
  printf("%.0f\n", times[rounds / 2]);
  return 0;
}
