/**
 * The stores of Nix and Guix on this host. Both have one schema, as Guix's daemon descends from Nix's: ValidPaths are the items,
 * Refs what they name. They are only read; what is not there, their own tools build.
 */
package dev.carrel.store.nix;
