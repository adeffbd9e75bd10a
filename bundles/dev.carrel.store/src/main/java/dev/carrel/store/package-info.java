/** The store: items on disk, valid or not there; profiles; roots. */
package dev.carrel.store;
