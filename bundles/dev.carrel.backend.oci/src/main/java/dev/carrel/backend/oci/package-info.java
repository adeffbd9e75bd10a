/** Isolation through a runtime of the Open Container Initiative: crun, runc or another makes the container, Carrel's own first process does the rest. */
package dev.carrel.backend.oci;
