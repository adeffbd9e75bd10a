/** From a declaration to a system in the store: accounts, files, what its init needs, and the script that starts it. */
package dev.carrel.system;
