/** Carrel as a whole: the bundles in a real Felix, the command line in a process of its own. */
package dev.carrel.it;
