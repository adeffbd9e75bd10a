/** From packages or directories to a place to work: what Guix's users know as {@code guix shell --container}. */
package dev.carrel.environment;
