/** What lets other processes be served by this one: a socket, and the programs without a JVM that come to it. */
package dev.carrel.linux.resident;
