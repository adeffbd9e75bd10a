/** Isolation through bubblewrap: bwrap(1) makes namespaces and mounts, Carrel's own first process does the rest. */
package dev.carrel.backend.bubblewrap;
