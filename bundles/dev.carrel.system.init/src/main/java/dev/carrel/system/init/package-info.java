/** What is PID 1 of a whole system and starts its services: files and commands, computed from a declaration. Nothing here touches a file. */
package dev.carrel.system.init;
