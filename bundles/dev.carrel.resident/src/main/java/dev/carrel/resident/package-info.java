/** The resident runtime: which callers it does commands for, and how. */
package dev.carrel.resident;
