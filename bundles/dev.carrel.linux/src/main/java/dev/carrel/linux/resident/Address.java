package dev.carrel.linux.resident;

import com.sun.jna.Memory;
import dev.carrel.api.CarrelException;
import dev.carrel.linux.libc.LibC;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A UNIX socket's address, as struct sockaddr_un; see unix(7). */
record Address(Path path) {
  static final int AF_UNIX = 1;
  static final int SIZE = 110;
  private static final int LONGEST_NAME = 107;

  Address {
    if (path.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      throw CarrelException.usage("the name of a socket has at most " + LONGEST_NAME + " bytes, and " + path + " is longer: choose another place");
    }
  }

  Memory structure() {
    Memory address = LibC.zeros(SIZE);
    address.setShort(0, (short) AF_UNIX);
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    address.write(2, name, 0, name.length);
    return address;
  }
}
