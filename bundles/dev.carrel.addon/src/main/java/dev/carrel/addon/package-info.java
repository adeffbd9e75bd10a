/** Bundles of others: where they come from, whether they can be resolved, and the folder that keeps them. */
package dev.carrel.addon;
