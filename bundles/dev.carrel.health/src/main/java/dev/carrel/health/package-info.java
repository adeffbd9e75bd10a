/** Carrel's checks as health checks of Felix's, and those of others as checks of Carrel's. */
package dev.carrel.health;
