/** Reads declarations in TOML, by tomlj, which tells the place of each word. */
package dev.carrel.toml;
