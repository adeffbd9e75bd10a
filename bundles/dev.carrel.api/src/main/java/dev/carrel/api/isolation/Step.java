package dev.carrel.api.isolation;

/**
 * One thing that a backend does to start a container.
 *
 * @param actor the process that does it: {@code jvm}, {@code stage1}, {@code init}, {@code program}
 * @param call what it does, in strace(1)'s notation where it is a system call
 */
public record Step(String actor, String call) {}
