/**
 * Isolation by Linux namespaces. A container's whole set-up is compiled into one program of system calls, in the order:
 *
 * <ol>
 *   <li>stage 1, a child of the JVM: makes an outer mount namespace (for users without privileges inside a user
 *       namespace), clones every source as a detached mount with its flags, and builds the new root on a tmpfs;
 *   <li>init, cloned by it last into the container's own namespaces: what it copies is locked by the kernel, as it
 *       belongs to another user namespace (mount_namespaces(7)); mounts proc, sysfs and mqueue, which must be its own,
 *       moves into the new root, and stays as PID 1: reaps, forwards signals, reports the exit;
 *   <li>the program, its child: drops every capability, and executes.
 * </ol>
 */
package dev.carrel.backend.namespace;
