package dev.carrel.linux.crypto;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/**
 * The functions of OpenSSL's libcrypto that are needed: SHA256_Init(3ssl). Those above them, EVP_DigestInit(3ssl), are for a choice among algorithms,
 * and free what they keep when the process ends, under the hands of threads that are still hashing.
 */
final class LibCrypto {
  /** Versions 3 and 1.1, in which these functions and what they keep their state in are the same. */
  private static final String[] NAMES = {"libcrypto.so.3", "libcrypto.so.1.1"};

  static {
    Native.register(LibCrypto.class, library());
  }

  private LibCrypto() {}

  private static NativeLibrary library() {
    UnsatisfiedLinkError none = null;
    for (String name : NAMES) {
      try {
        return NativeLibrary.getInstance(name);
      } catch (UnsatisfiedLinkError e) {
        none = e;
      }
    }
    throw none;
  }

  static native int SHA256_Init(Pointer state);

  static native int SHA256_Update(Pointer state, Pointer data, long length);

  static native int SHA256_Final(Pointer hash, Pointer state);
}
