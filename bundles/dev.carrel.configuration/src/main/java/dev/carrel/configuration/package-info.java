/** Files that configure Carrel, as ConfigAdmin has them. */
package dev.carrel.configuration;
