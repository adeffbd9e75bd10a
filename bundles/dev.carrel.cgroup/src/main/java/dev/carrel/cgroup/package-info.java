/** Keeps containers to their limits by control groups of version 1, version 2, or both. */
package dev.carrel.cgroup;
