/**
 * Carrel's commands: one method a command, in Gogo's scope {@code carrel}. The headless launcher calls the same methods
 * without Gogo, so nothing here may need it.
 */
package dev.carrel.shell;
