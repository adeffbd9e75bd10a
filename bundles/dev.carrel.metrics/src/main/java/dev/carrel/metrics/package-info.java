/** Figures of containers and of the store, for programs that watch. */
package dev.carrel.metrics;
