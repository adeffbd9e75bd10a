/** Hashes by the host's libcrypto, where it has one. */
package dev.carrel.linux.crypto;
