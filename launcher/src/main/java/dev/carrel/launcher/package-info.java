/** Starts Carrel: one command line, or the interactive shell. Plain Java on the class path; everything else is bundles. */
package dev.carrel.launcher;
