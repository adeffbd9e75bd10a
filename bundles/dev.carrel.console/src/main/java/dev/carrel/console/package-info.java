/**
 * The interactive shell. Gogo brings the language and its commands, JLine the terminal; here they are put together: one
 * {@link dev.carrel.console.Session} reads from a terminal or from any other input, or runs one command line.
 */
package dev.carrel.console;
