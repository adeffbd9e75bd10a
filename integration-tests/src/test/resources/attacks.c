/* Attacks on a sandbox, each a word on the command line. Prints a line for each: its name, "succeeded" or why not. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "attacks.h"

static int write_file(const char *path) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  close(fd);
  return 0;
}

static int read_file(const char *path) {
  char byte;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return errno;
  ssize_t n = read(fd, &byte, 1);
  int error = n < 0 ? errno : n == 0 ? ENODATA : 0;
  close(fd);
  return error;
}

static int create_in(const char *directory) {
  char path[4096];
  snprintf(path, sizeof path, "%s/carrel-attack", directory);
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  close(fd);
  unlink(path);
  return 0;
}

static int in_child(int (*what)(void)) {
  int status;
  pid_t child = fork();
  if (child == 0) _exit(what());
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int unshare_user(void) { return result(unshare(CLONE_NEWUSER)); }
static int new_user(const char *a) { return in_child(unshare_user); }
static int clone_user(const char *a) {
  long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid(pid, NULL, 0);
  return result(pid);
}
static int clone3_user(const char *a) {
  struct { unsigned long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls; } args = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
  long pid = syscall(435, &args, sizeof args);
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid(pid, NULL, 0);
  return result(pid);
}
/* What the kernel runs on the host, as its root, when a control group is empty (CVE-2022-0492). */
static int set_release_agent(void) {
  if (mount("x", "/tmp", "cgroup", 0, "none,name=carrel-attack") < 0) return errno;
  int fd = open("/tmp/release_agent", O_WRONLY);
  int error = fd < 0 ? errno : write(fd, "/bin/true", 9) < 0 ? errno : 0;
  umount2("/tmp", MNT_DETACH);
  return error;
}
static int user_and_cgroup(void) {
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP) < 0) return errno;
  return set_release_agent();
}
static int release_agent(const char *a) { return in_child(user_and_cgroup); }
static int release_agent_here(const char *a) { return in_child(set_release_agent); }

static int keys(const char *a) { return result(syscall(SYS_add_key, "user", "carrel-attack", "x", 1, KEY_SPEC_PROCESS_KEYRING)); }
static int host_key(const char *name) {
  return result(syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", name, 0));
}
static int keyctl_any(const char *a) { return result(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0)); }

static int bpf(const char *a) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.map_type = BPF_MAP_TYPE_ARRAY;
  attr.key_size = 4; attr.value_size = 4; attr.max_entries = 1;
  return result(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr));
}
static int perf(const char *a) {
  struct perf_event_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.type = PERF_TYPE_SOFTWARE; attr.size = sizeof attr; attr.config = PERF_COUNT_SW_DUMMY; attr.exclude_kernel = 1;
  return result(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}
static int uffd(const char *a) { return result(syscall(SYS_userfaultfd, O_CLOEXEC | 1 /* UFFD_USER_MODE_ONLY */)); }
static int io_uring(const char *a) {
  char params[120];
  memset(params, 0, sizeof params);
  return result(syscall(425, 1, params));
}
/* Calls that make no sense: whoever is let in is told so. */
static int let_in(long value, int nonsense) { return value < 0 && errno != nonsense ? errno : 0; }
static int kexec(const char *a) { return let_in(syscall(SYS_kexec_load, 0, 0, NULL, 0xffffL), EINVAL); }
static int module(const char *a) { return let_in(syscall(SYS_finit_module, -1, "", 0), EBADF); }
static int adjust_clock(const char *a) {
  struct timex change = {.modes = ADJ_TICK, .tick = 0};
  return let_in(clock_adjtime(CLOCK_REALTIME, &change), EINVAL);
}
static int handle(const char *a) {
  struct { struct file_handle h; char space[128]; } handle;
  int id;
  memset(&handle, 0, sizeof handle);
  handle.h.handle_bytes = sizeof handle.space;
  if (name_to_handle_at(AT_FDCWD, "/", &handle.h, &id, 0) < 0) return errno;
  int root = open("/", O_RDONLY | O_DIRECTORY);
  return result(syscall(SYS_open_by_handle_at, root, &handle.h, O_RDONLY));
}
static int set_clock(const char *a) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return result(clock_settime(CLOCK_REALTIME, &now));
}
static int swap(const char *a) { return result(swapoff("/nonexistent")) == ENOENT ? 0 : errno; }
static int kernel_log(const char *a) { char b[16]; return result(syscall(SYS_syslog, 3, b, sizeof b)); }

static int family(const char *number) {
  int fd = syscall(SYS_socket, strtoul(number, NULL, 0), (long) (atoi(number) == 40 ? SOCK_STREAM : atoi(number) == 38 ? SOCK_SEQPACKET : SOCK_RAW), 0L);
  return result(fd);
}
/* The kernel looks at 32 bits, a careless filter at 64. */
static int family_high(const char *number) {
  return result(syscall(SYS_socket, strtoul(number, NULL, 0) | 1UL << 32, (long) SOCK_STREAM, 0L));
}
static int abstract(const char *name) {
  struct sockaddr_un address = {AF_UNIX};
  strcpy(address.sun_path + 1, name);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  return result(connect(fd, (struct sockaddr *) &address, offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name)));
}

static int push_key(const char *a) { char c = '#'; return result(ioctl(0, TIOCSTI, &c)); }
static int push_key_high(const char *a) { char c = '#'; return result(syscall(SYS_ioctl, 0, TIOCSTI | 1UL << 32, &c)); }
static int console_key(const char *a) { char c = 2; return result(ioctl(0, TIOCLINUX, &c)); }

static int unknown_call(const char *a) { errno = 0; syscall(1000000); return errno == ENOSYS ? ENOSYS : 0; }
static int x32(const char *a) { return result(syscall(0x40000000 | 39)); }
#ifdef __x86_64__
static int int80_child(void) {
  long r;
  __asm__ volatile("int $0x80" : "=a"(r) : "a"(20L) : "memory");
  return r > 0 ? 0 : EPERM;
}
#else
static int int80_child(void) { return ENOSYS; }
#endif
static int int80(const char *a) { return in_child(int80_child); }

static int groups(const char *a) { gid_t g = 0; return result(setgroups(0, &g)); }
static int status_is(const char *field) { /* an entry of /proc/self/status that is not zero */
  char line[256];
  int found = ENODATA;
  FILE *f = fopen("/proc/self/status", "r");
  while (f && fgets(line, sizeof line, f))
    if (strncmp(line, field, strlen(field)) == 0 && strtoull(line + strlen(field) + 1, NULL, 16) != 0) found = 0;
  if (f) fclose(f);
  return found;
}
static int privileges(const char *a) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 ? 0 : EPERM; }
static int trace_init(const char *a) { return result(ptrace(PTRACE_SEIZE, 1, 0, 0)); }
static int read_init(const char *a) {
  char byte;
  struct iovec local = {&byte, 1}, remote = {(void *) 0x400000, 1};
  int error = result(process_vm_readv(1, &local, 1, &remote, 1, 0));
  return error == EFAULT ? 0 : error; /* let in, only nothing is there */
}
static int write_exe(const char *path) { return write_file(path); }
static int contains(const char *spec) { /* FILE:WORD */
  char path[256], buffer[65536];
  const char *colon = strchr(spec, ':');
  snprintf(path, sizeof path, "%.*s", (int) (colon - spec), spec);
  int fd = open(path, O_RDONLY);
  if (fd < 0) return errno;
  ssize_t n = read(fd, buffer, sizeof buffer - 1);
  if (n < 0) return errno;
  return memmem(buffer, n, colon + 1, strlen(colon + 1)) ? 0 : ENODATA;
}
static int core_limit(const char *a) { struct rlimit r; getrlimit(RLIMIT_CORE, &r); return r.rlim_max <= 1 ? EPERM : 0; }
static int change_core(rlim_t limit) { /* whatever the call itself says */
  struct rlimit r = {limit, limit};
  setrlimit(RLIMIT_CORE, &r);
  getrlimit(RLIMIT_CORE, &r);
  return r.rlim_max == limit ? 0 : EPERM;
}
static int raise_core(const char *a) { return change_core(1 << 20); }
static int lower_core(const char *a) { return change_core(0); } /* with 0, but not with 1, cores are piped to programs */
static int crash(void) {
  struct rlimit r = {0, 0};
  prctl(PR_SET_NAME, "carrel-crash");
  setrlimit(RLIMIT_CORE, &r);
  prlimit(0, RLIMIT_CORE, &r, NULL);
  raise(SIGSEGV);
  return 0;
}
static int crashing(const char *a) { in_child(crash); return 0; } /* what comes of it is seen outside */
static int escape_fd(const char *a) { /* a descriptor that leads out */
  for (int fd = 3; fd < 1024; fd++)
    if (fcntl(fd, F_GETFD) >= 0) return 0;
  return EBADF;
}
static int chroot_out(const char *a) {
  int here = open("/", O_RDONLY);
  if (chroot("/tmp") < 0) return errno;
  if (fchdir(here) < 0) return errno;
  return 0;
}
static int make_device(const char *a) {
  int error = result(mknod("/tmp/carrel-attack", S_IFCHR | 0600, 1 << 8 | 1));
  if (!error) unlink("/tmp/carrel-attack");
  return error;
}
static int join_host(const char *path) {
  int fd = open(path, O_RDONLY);
  return fd < 0 ? errno : result(setns(fd, 0));
}
static int open_device(const char *path) { return read_file(path); }
static int run_setuid(const char *path) {
  int status;
  pid_t child = fork();
  if (child == 0) { execl(path, path, "whoami", NULL); _exit(127); }
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EPERM;
}

static char writable_path[4096];
static int note_writable(const char *path, const struct stat *s, int kind, struct FTW *w) {
  if (kind != FTW_F || !S_ISREG(s->st_mode) || write_file(path) != 0) return 0;
  snprintf(writable_path, sizeof writable_path, "%s", path);
  return 1;
}
static int writable_below(const char *directory) { /* opened only: nothing is written */
  int found = nftw(directory, note_writable, 64, FTW_PHYS);
  if (found == 1) fprintf(stderr, "%s can be written\n", writable_path);
  return found == 1 ? 0 : found < 0 ? errno : EROFS;
}

static int unbounded(const char *path) { /* as much as all memory, or more; or any number of files */
  struct statvfs fs;
  if (statvfs(path, &fs) < 0) return errno;
  unsigned long long memory = (unsigned long long) sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
  return fs.f_blocks == 0 || (unsigned long long) fs.f_blocks * fs.f_frsize >= memory || fs.f_files == 0 ? 0 : ENOSPC;
}

static int negative_group(const char *path) { /* a file that everybody may read but one group: who leaves it may */
  setgroups(0, NULL);
  return read_file(path);
}

/* Whether a file of the host, which is not shared, is found from a directory that should have been inside. */
static int climb_to(const char *marker) {
  for (int i = 0; i < 64; i++)
    if (chdir("..") < 0) return errno;
  return access(marker + 1, F_OK) < 0 ? errno : 0;
}
static int climb(const char *marker) {
  char here[4096];
  if (syscall(SYS_getcwd, here, sizeof here) > 0 && here[0] != '/') return 0; /* "(unreachable)" */
  return climb_to(marker);
}

static const struct named_attack attacks[] = {
  {"write", write_file}, {"read", read_file}, {"create", create_in}, 
  {"new_user", new_user}, {"clone_user", clone_user}, {"clone3_user", clone3_user}, {"release_agent", release_agent},
  {"keys", keys}, {"host_key", host_key}, {"keyctl", keyctl_any}, {"bpf", bpf}, {"perf", perf}, {"userfaultfd", uffd}, {"io_uring", io_uring},
  {"kexec", kexec}, {"module", module}, {"handle", handle}, {"clock", set_clock}, {"swap", swap}, {"syslog", kernel_log}, {"socket", family},
  {"socket_high", family_high}, {"abstract", abstract}, {"tiocsti", push_key}, {"tiocsti_high", push_key_high}, {"tioclinux", console_key},
  {"unknown_call", unknown_call}, {"x32", x32}, {"int80", int80}, {"setgroups", groups}, {"status", status_is}, {"privileges", privileges},
  {"ptrace", trace_init}, {"vm_read", read_init}, {"write_exe", write_exe}, {"contains", contains}, {"core_limit", core_limit},
  {"raise_core", raise_core}, {"escape_fd", escape_fd}, {"chroot", chroot_out}, {"mknod", make_device}, {"setns", join_host},
  {"device", open_device}, {"setuid", run_setuid}, {"writable", writable_below}, {"unbounded", unbounded}, {"negative_group", negative_group},
  {"climb", climb}, {"release_agent_here", release_agent_here},
  {"adjust_clock", adjust_clock}, {"lower_core", lower_core}, {"crash", crashing}, {NULL, NULL},
};

static attack *find(const struct named_attack *some, const char *name, size_t length) {
  for (; some->name; some++)
    if (strlen(some->name) == length && strncmp(some->name, name, length) == 0) return some->run;
  return NULL;
}

static int add_key_and_run(char **argv) { /* a key of the session, and then a command */
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 || syscall(SYS_add_key, "user", argv[0], "x", 1, KEY_SPEC_SESSION_KEYRING) < 0) {
    perror("add_key");
    return 3;
  }
  execvp(argv[1], argv + 1);
  perror(argv[1]);
  return 3;
}

static int block_all_and_run(char **argv) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  execvp(argv[0], argv);
  perror(argv[0]);
  return 3;
}

int main(int argc, char **argv) {
  if (argc > 3 && strcmp(argv[1], "with_memory") == 0) return share_memory_and_run(argv + 2);
  if (argc > 2 && strcmp(argv[1], "blocking") == 0) return block_all_and_run(argv + 2);
  if (argc > 1 && strcmp(argv[1], "whoami") == 0) return geteuid() == getuid() && getegid() == getgid();
  if (argc > 3 && strcmp(argv[1], "with_key") == 0) return add_key_and_run(argv + 2);
  setvbuf(stdout, NULL, _IONBF, 0);
  for (int i = 1; i < argc; i++) {
    char *argument = strchr(argv[i], '=');
    size_t length = argument ? (size_t) (argument - argv[i]) : strlen(argv[i]);
    attack *run = find(attacks, argv[i], length);
    if (!run) run = find(exhausting_attacks, argv[i], length);
    if (!run) run = find(mount_attacks, argv[i], length);
    if (!run) run = find(neighbours_attacks, argv[i], length);
    if (!run) { printf("%s: no such attack\n", argv[i]); return 2; }
    int status;
    pid_t child = fork(); /* what one attack leaves open or loses is not the next one's */
    if (child == 0) _exit(run(argument ? argument + 1 : ""));
    waitpid(child, &status, 0);
    int error = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    printf("%s: %s\n", argv[i], error == 0 ? "succeeded" : error >= 128 ? "killed" : strerror(error));
  }
  return 0;
}
