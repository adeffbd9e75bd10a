/* Attacks on what is mounted. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "attacks.h"

static int remount(const char *path) { return result(mount(NULL, path, NULL, MS_REMOUNT | MS_BIND, NULL)); }
static int unmount(const char *path) { return result(umount2(path, MNT_DETACH)); }
static int mount_tmpfs(const char *path) { return result(mount("x", path, "tmpfs", 0, NULL)); }

struct attributes { unsigned long set, clear, propagation, userns; };
static int setattr(const char *path) {
  struct attributes a = {0, 1 /* MOUNT_ATTR_RDONLY */, 0, 0};
  return result(syscall(442, AT_FDCWD, path, 0, &a, sizeof a));
}

static int setattr_open(const char *path) { /* open_tree_attr(2) */
  struct attributes a = {0, 1, 0, 0};
  return result(syscall(467, AT_FDCWD, path, 0, &a, sizeof a));
}
static int tree_attr(const char *path) {
  struct attributes a = {1, 0, 0, 0};
  return result(syscall(467, AT_FDCWD, path, 1 /* OPEN_TREE_CLONE */, &a, sizeof a));
}

static int try_to_write(const char *directory) {
  char path[4096];
  snprintf(path, sizeof path, "%s/carrel-attack", directory);
  int fd = open(path, O_WRONLY | O_CREAT, 0600);
  if (fd < 0) return errno;
  close(fd);
  unlink(path);
  return 0;
}

/* A copy that is attached nowhere, made writable, and then attached; or not made writable, but attached. */
static int clone_write(const char *path) {
  struct attributes a = {0, 1, 0, 0};
  int tree = syscall(428 /* open_tree */, AT_FDCWD, path, 1 | 0x8000 /* OPEN_TREE_CLONE, AT_RECURSIVE */);
  if (tree < 0) return errno;
  int error = result(syscall(442, tree, "", AT_EMPTY_PATH | 0x8000, &a, sizeof a));
  if (syscall(429 /* move_mount */, tree, "", AT_FDCWD, "/tmp", 4) < 0) return errno;
  if (error) error = mount(NULL, "/tmp", NULL, MS_REMOUNT | MS_BIND, NULL) < 0 ? errno : 0;
  if (!error) error = try_to_write("/tmp");
  umount2("/tmp", MNT_DETACH);
  return error;
}
static int bind_write(const char *path) {
  if (mount(path, "/tmp", NULL, MS_BIND | MS_REC, NULL) < 0) return errno;
  int error = mount(NULL, "/tmp", NULL, MS_REMOUNT | MS_BIND, NULL) < 0 ? errno : try_to_write("/tmp");
  umount2("/tmp", MNT_DETACH);
  return error;
}

/* Another file system that shows the kernel, with nothing of it covered. */
static int fresh(const char *type) {
  int error = result(mount("x", "/tmp", type, 0, NULL));
  if (!error) umount2("/tmp", MNT_DETACH);
  return error;
}

/* A mount below DIRECTORY/in for the host to see, then one of the host below DIRECTORY/out to be seen. */
static int propagation(const char *directory) {
  char path[4096];
  snprintf(path, sizeof path, "%s/in", directory);
  if (mount_tmpfs(path) != 0) return EPERM;
  snprintf(path, sizeof path, "%s/mounted", directory);
  close(open(path, O_CREAT | O_WRONLY, 0600));
  snprintf(path, sizeof path, "%s/go", directory);
  for (int i = 0; i < 100 * PATIENCE && access(path, F_OK) < 0; i++) usleep(10000);
  if (access(path, F_OK) < 0) return ETIME;
  snprintf(path, sizeof path, "%s/out/file", directory);
  return access(path, F_OK) < 0 ? errno : 0;
}

const struct named_attack mount_attacks[] = {
  {"remount", remount}, {"unmount", unmount}, {"tmpfs", mount_tmpfs}, {"setattr", setattr}, {"setattr_open", setattr_open}, {"tree_attr", tree_attr},
  {"clone_write", clone_write}, {"bind_write", bind_write}, {"fresh", fresh}, {"propagation", propagation}, {NULL, NULL},
};
