package dev.carrel.shell;

/** Finds the process that a word means: a pid, or a container. */
interface Pids {
  /** @throws dev.carrel.api.CarrelException if there is none */
  long of(String word);
}
